DROP TABLE match_pauses;
