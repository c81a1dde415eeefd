DROP TABLE meeting_objections;
DROP TABLE meeting_announcements;
