-- How many bidders and auctions there are a day, for three levels of price.
CREATE MATERIALIZED VIEW nexmark_q15 AS
SELECT substring(timestamp::text, 1, 10) AS day,
       count(*) AS total_bids,
       count(*) FILTER (WHERE data.price < 10000) AS rank1_bids,
       count(*) FILTER (WHERE data.price >= 10000 AND data.price < 1000000) AS rank2_bids,
       count(*) FILTER (WHERE data.price >= 1000000) AS rank3_bids,
       count(DISTINCT data.bidder) AS total_bidders,
       count(DISTINCT data.bidder) FILTER (WHERE data.price < 10000) AS rank1_bidders,
       count(DISTINCT data.bidder) FILTER (WHERE data.price >= 10000 AND data.price < 1000000) AS rank2_bidders,
       count(DISTINCT data.bidder) FILTER (WHERE data.price >= 1000000) AS rank3_bidders,
       count(DISTINCT data.auction) AS total_auctions,
       count(DISTINCT data.auction) FILTER (WHERE data.price < 10000) AS rank1_auctions,
       count(DISTINCT data.auction) FILTER (WHERE data.price >= 10000 AND data.price < 1000000) AS rank2_auctions,
       count(DISTINCT data.auction) FILTER (WHERE data.price >= 1000000) AS rank3_auctions
FROM events
WHERE type = 'nexmark.bid'
GROUP BY 1;
