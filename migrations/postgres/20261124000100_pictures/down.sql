DROP TABLE image_files;
DROP TABLE images;
