DROP TABLE register_views;
