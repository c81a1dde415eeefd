DROP TABLE private_readings;
DROP TABLE private_entries;
