-- What the published queries call bid, out of the events that the test loads into `events`.
CREATE TABLE bid AS
SELECT id, (data->>'auction')::bigint AS auction, (data->>'bidder')::bigint AS bidder, (data->>'price')::bigint AS price,
       data->>'channel' AS channel, data->>'url' AS url, "timestamp" AS date_time, data->>'extra' AS extra, received_at
FROM events WHERE type = 'nexmark.bid';
ANALYZE bid;
