DROP TABLE test_groups;
