DROP TABLE reader_sums;
DROP INDEX click_sums;
DROP INDEX clicks_by_delivery;
CREATE INDEX clicks_by_delivery ON clicks (delivery);
DROP INDEX opens_by_delivery;
CREATE INDEX opens_by_delivery ON opens (delivery);
DROP INDEX consents_tracking;
DROP INDEX deliveries_personal;
