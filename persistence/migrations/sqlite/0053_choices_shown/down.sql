DROP TABLE choices_shown;
