DROP TABLE image_tags;
