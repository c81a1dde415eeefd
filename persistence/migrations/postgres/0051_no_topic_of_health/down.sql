-- What was taken out is not brought back.
SELECT 1;
