DROP TRIGGER consents_forget;
DROP TRIGGER deliveries_forget;
DROP TRIGGER clicks_go_down;
DROP TRIGGER opens_go_down;
