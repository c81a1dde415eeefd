DROP TABLE earlier_tie_answers;
