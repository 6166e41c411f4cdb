DROP TRIGGER consents_forget ON consents;
DROP FUNCTION consents_forget();
DROP TRIGGER deliveries_forget ON deliveries;
DROP FUNCTION deliveries_forget();
DROP TRIGGER clicks_go_down ON clicks;
DROP FUNCTION clicks_go_down();
DROP TRIGGER opens_go_down ON opens;
DROP FUNCTION opens_go_down();
