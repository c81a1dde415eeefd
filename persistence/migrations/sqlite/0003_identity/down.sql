DROP TABLE external_subjects;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE sign_in_addresses;
DROP TABLE sign_in_codes;
DROP TABLE used_assertions;
DROP TABLE client_credentials;
DROP TABLE clients;
