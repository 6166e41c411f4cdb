DROP TABLE form_texts;
