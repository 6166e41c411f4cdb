DROP TABLE library_relations;
DROP TABLE library_tags;
