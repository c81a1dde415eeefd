DROP TABLE erasure_notices;
