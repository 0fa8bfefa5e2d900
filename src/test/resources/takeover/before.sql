-- order a: 21
-- order b: 22
-- refresh token: 5FFBC310C5FB4DB3942FC52CFB8474B8-4aa57d1b-f87b-4a4b-b598-abaa5d9f37af
-- cookie: nxt-sign-in=SE12Zr_6tujhBwoIeyrrluiVpos8l2DVJE1vGpEqBWM
-- authorization: http://127.0.0.1:{sandbox}/connect/authorize?scope=openid+email+offline_access+business-graphql-api%3Aaccess-group-based&response_type=code&redirect_uri=http%3A%2F%2F127.0.0.1%3A{daemon}%2Fconnections%2Fperson%2Fcallback&state=h1LZExQbS0atZ-PQu9NZEFlJ-Ya4kZrOtsnPbYrMRCI&code_challenge_method=S256&nonce=ZBAQWno9WTz50A7r561vQfTECLVc9UkxjL2IIYeK8u4&client_id=isv_demo&code_challenge=QzeNrxKtLl0od4ZbN6cwj7DkCo_okDdDdJJ203OqLlw&response_mode=query
-- now: 2026-11-27 19:24:01.975883+00
-- version: 13
-- target: create table nxt."order" (nxt_company integer not null, order_no integer not null, customer_no integer, your_reference text, changed_timestamp timestamp without time zone, nxt_read_at timestamp with time zone not null, nxt_deleted_at timestamp with time zone, PRIMARY KEY (nxt_company, order_no))
-- target: create table nxt.associate (nxt_company integer not null, associate_no integer not null, name text, changed_timestamp timestamp without time zone, nxt_read_at timestamp with time zone not null, nxt_deleted_at timestamp with time zone, PRIMARY KEY (nxt_company, associate_no))
-- target: create table nxt.product (nxt_company integer not null, product_no text not null, description text, changed_timestamp timestamp without time zone, nxt_read_at timestamp with time zone not null, nxt_deleted_at timestamp with time zone, PRIMARY KEY (nxt_company, product_no))
-- sequence: nxt_sync.fence 30
-- sequence: nxt_sync.job_id_seq 16
-- sequence: nxt_sync.outbox_id 4
-- sequence: nxt_sync.run_id_seq 12
copy nxt."order" (nxt_company, order_no, customer_no, your_reference, changed_timestamp, nxt_read_at, nxt_deleted_at)
5280001	1	1521	Østre "0"\t\\漁船	\N	2026-11-27 19:23:57.497728+00	\N
5280001	2	21493		2026-02-02 01:01:33.798	2026-11-27 19:23:57.497728+00	\N
5280001	3	13812	Østre "2"\t\\Grønn	2026-03-03 02:02:33.798	2026-11-27 19:23:57.497728+00	\N
5280001	4	11201	Østre "3"\t\\漁船	\N	2026-11-27 19:23:57.497728+00	\N
5280001	5	38260	Grønn "4"\t\\Østre	2026-05-05 04:04:33.798	2026-11-27 19:23:57.497728+00	\N
5280001	6	7497	Sjø "5"\t\\漁船	2026-06-06 05:05:33.798	2026-11-27 19:23:57.497728+00	\N
5280001	7	19019	Ærlig "6"\t\\Sjø	\N	2026-11-27 19:23:57.497728+00	\N
5280001	8	41141	Ærlig "7"\t\\🚢	2026-08-08 07:07:33.798	2026-11-27 19:23:57.497728+00	\N
5280001	9	12862		2026-09-09 08:08:33.798	2026-11-27 19:23:57.497728+00	\N
5280001	10	287	Żubr "9"\t\\Müller	\N	2026-11-27 19:23:57.497728+00	\N
5280001	11	12231	Åsen "10"\t\\Ærlig	2026-02-11 10:10:33.798001	2026-11-27 19:23:57.497728+00	\N
5280001	12	32552	Żubr "11"\t\\🚢	2026-03-12 11:11:33.798001	2026-11-27 19:23:57.497728+00	\N
5280001	13	23780	Müller "12"\t\\Müller	\N	2026-11-27 19:23:57.497728+00	\N
5280001	14	25987	Żubr "13"\t\\Blåbær	2026-05-14 13:13:33.798001	2026-11-27 19:23:57.497728+00	\N
5280001	15	36721	Żubr "14"\t\\Müller	2026-06-15 14:14:33.798001	2026-11-27 19:23:57.497728+00	\N
5280001	16	35250	漁船 "15"\t\\Nordlys	\N	2026-11-27 19:23:57.497728+00	\N
5280001	17	5004	Grønn "16"\t\\漁船	2026-08-17 16:16:33.798001	2026-11-27 19:23:57.497728+00	\N
5280001	18	44111	🚢 "17"\t\\漁船	2026-09-18 17:17:33.798001	2026-11-27 19:23:57.497728+00	\N
5280001	19	43723		\N	2026-11-27 19:23:57.497728+00	\N
5280001	20	379	Sjø "19"\t\\漁船	2026-02-20 19:19:33.798001	2026-11-27 19:23:57.497728+00	\N
5280001	21	1	a	2026-11-27 20:23:59.561858	2026-11-27 19:23:59.161997+00	\N
\.
copy nxt.associate (nxt_company, associate_no, name, changed_timestamp, nxt_read_at, nxt_deleted_at)
5280001	1	Åsen "0"\t\\Ærlig	\N	2026-11-27 19:23:57.566782+00	\N
5280001	2	Grønn "1"\t\\Żubr	2026-02-02 01:01:33.798	2026-11-27 19:23:57.566782+00	\N
5280001	3	Åsen "2"\t\\Żubr	2026-03-03 02:02:33.798	2026-11-27 19:23:57.566782+00	\N
5280001	4	Müller "3"\t\\Østre	\N	2026-11-27 19:23:57.566782+00	\N
5280001	5	Grønn "4"\t\\🚢	2026-05-05 04:04:33.798	2026-11-27 19:23:57.566782+00	\N
5280001	6	Müller "5"\t\\Blåbær	2026-06-06 05:05:33.798	2026-11-27 19:23:57.566782+00	\N
5280001	7	Sjø "6"\t\\Sjø	\N	2026-11-27 19:23:57.566782+00	\N
5280001	8	🚢 "7"\t\\Åsen	2026-08-08 07:07:33.798	2026-11-27 19:23:57.566782+00	\N
5280001	9	Ærlig "8"\t\\Müller	2026-09-09 08:08:33.798	2026-11-27 19:23:57.566782+00	\N
5280001	10	Fjord "9"\t\\漁船	\N	2026-11-27 19:23:57.566782+00	\N
5280001	11	Żubr "10"\t\\Ærlig	2026-02-11 10:10:33.798001	2026-11-27 19:23:57.566782+00	\N
5280001	12	Fjord "11"\t\\Żubr	2026-03-12 11:11:33.798001	2026-11-27 19:23:57.566782+00	\N
5280001	13	🚢 "12"\t\\Grønn	\N	2026-11-27 19:23:57.566782+00	\N
5280001	14	🚢 "13"\t\\Nordlys	2026-05-14 13:13:33.798001	2026-11-27 19:23:57.566782+00	\N
5280001	15	Blåbær "14"\t\\Blåbær	2026-06-15 14:14:33.798001	2026-11-27 19:23:57.566782+00	\N
5280001	16	Grønn "15"\t\\Müller	\N	2026-11-27 19:23:57.566782+00	\N
5280001	17	Sjø "16"\t\\漁船	2026-08-17 16:16:33.798001	2026-11-27 19:23:57.566782+00	\N
5280001	18	Fjord "17"\t\\Åsen	2026-09-18 17:17:33.798001	2026-11-27 19:23:57.566782+00	\N
5280001	19	🚢 "18"\t\\Nordlys	\N	2026-11-27 19:23:57.566782+00	\N
5280001	20		2026-02-20 19:19:33.798001	2026-11-27 19:23:57.566782+00	\N
5280001	21	漁船 "20"\t\\🚢	2026-03-21 20:20:33.798002	2026-11-27 19:23:57.566782+00	\N
5280001	22	Nordlys "21"\t\\Ærlig	\N	2026-11-27 19:23:57.566782+00	\N
5280001	23	Sjø "22"\t\\Ærlig	2026-05-23 22:22:33.798002	2026-11-27 19:23:57.566782+00	\N
5280001	24	Nordlys "23"\t\\Østre	2026-06-24 23:23:33.798002	2026-11-27 19:23:57.566782+00	\N
5280001	25	漁船 "24"\t\\漁船	\N	2026-11-27 19:23:57.566782+00	\N
5280001	26	Ærlig "25"\t\\Østre	2026-08-26 01:25:33.798002	2026-11-27 19:23:57.566782+00	\N
5280001	27	Nordlys "26"\t\\Østre	2026-09-27 02:26:33.798002	2026-11-27 19:23:57.566782+00	\N
5280001	28	Ærlig "27"\t\\Sjø	\N	2026-11-27 19:23:57.566782+00	\N
5280001	29	Żubr "28"\t\\Fjord	2026-02-01 04:28:33.798002	2026-11-27 19:23:57.566782+00	\N
5280001	30	Sjø "29"\t\\Nordlys	2026-03-02 05:29:33.798002	2026-11-27 19:23:57.566782+00	\N
5280001	31	Ærlig "30"\t\\Blåbær	\N	2026-11-27 19:23:57.566782+00	\N
5280001	32	漁船 "31"\t\\Sjø	2026-05-04 07:31:33.798003	2026-11-27 19:23:57.566782+00	\N
5280001	33	漁船 "32"\t\\Nordlys	2026-06-05 08:32:33.798003	2026-11-27 19:23:57.566782+00	\N
5280001	34	Grønn "33"\t\\Sjø	\N	2026-11-27 19:23:57.566782+00	\N
5280001	35	Nordlys "34"\t\\Nordlys	2026-08-07 10:34:33.798003	2026-11-27 19:23:57.566782+00	\N
5280001	36	🚢 "35"\t\\Østre	2026-09-08 11:35:33.798003	2026-11-27 19:23:57.566782+00	\N
5280001	37		\N	2026-11-27 19:23:57.566782+00	\N
5280001	38	Ærlig "37"\t\\漁船	2026-02-10 13:37:33.798003	2026-11-27 19:23:57.566782+00	\N
5280001	39	Sjø "38"\t\\漁船	2026-03-11 14:38:33.798003	2026-11-27 19:23:57.566782+00	\N
5280001	40		\N	2026-11-27 19:23:57.566782+00	\N
5280001	41		2026-05-13 16:40:33.798004	2026-11-27 19:23:57.566782+00	\N
5280001	42	Ærlig "41"\t\\Grønn	2026-06-14 17:41:33.798004	2026-11-27 19:23:57.566782+00	\N
5280001	43	Grønn "42"\t\\Nordlys	\N	2026-11-27 19:23:57.566782+00	\N
5280001	44	Blåbær "43"\t\\Grønn	2026-08-16 19:43:33.798004	2026-11-27 19:23:57.566782+00	\N
5280001	45	Żubr "44"\t\\Nordlys	2026-09-17 20:44:33.798004	2026-11-27 19:23:57.566782+00	\N
5280001	46		\N	2026-11-27 19:23:57.566782+00	\N
5280001	47	Østre "46"\t\\Blåbær	2026-02-19 22:46:33.798004	2026-11-27 19:23:57.566782+00	\N
5280001	48	Østre "47"\t\\Sjø	2026-03-20 23:47:33.798004	2026-11-27 19:23:57.566782+00	\N
5280001	49	Grønn "48"\t\\Nordlys	\N	2026-11-27 19:23:57.566782+00	\N
5280001	50	Østre "49"\t\\Blåbær	2026-05-22 01:49:33.798004	2026-11-27 19:23:57.566782+00	\N
5280001	51		2026-06-23 02:50:33.798005	2026-11-27 19:23:57.566782+00	\N
5280001	52	Ærlig "51"\t\\Müller	\N	2026-11-27 19:23:57.566782+00	\N
5280001	53	Østre "52"\t\\漁船	2026-08-25 04:52:33.798005	2026-11-27 19:23:57.566782+00	\N
5280001	54		2026-09-26 05:53:33.798005	2026-11-27 19:23:57.566782+00	\N
5280001	55	Østre "54"\t\\Müller	\N	2026-11-27 19:23:57.566782+00	\N
5280001	56	Åsen "55"\t\\Ærlig	2026-02-28 07:55:33.798005	2026-11-27 19:23:57.566782+00	\N
5280001	57	Fjord "56"\t\\Nordlys	2026-03-01 08:56:33.798005	2026-11-27 19:23:57.566782+00	\N
5280001	58	Müller "57"\t\\🚢	\N	2026-11-27 19:23:57.566782+00	\N
5280001	59	🚢 "58"\t\\Østre	2026-05-03 10:58:33.798005	2026-11-27 19:23:57.566782+00	\N
5280001	60	Grønn "59"\t\\Nordlys	2026-06-04 11:59:33.798005	2026-11-27 19:23:57.566782+00	\N
5280001	61	Żubr "60"\t\\Nordlys	\N	2026-11-27 19:23:57.566782+00	\N
5280001	62	Müller "61"\t\\Nordlys	2026-08-06 13:01:33.798006	2026-11-27 19:23:57.566782+00	\N
5280001	63	Żubr "62"\t\\Sjø	2026-09-07 14:02:33.798006	2026-11-27 19:23:57.566782+00	\N
5280001	64	Nordlys "63"\t\\漁船	\N	2026-11-27 19:23:57.566782+00	\N
5280001	65	漁船 "64"\t\\Müller	2026-02-09 16:04:33.798006	2026-11-27 19:23:57.566782+00	\N
5280001	66		2026-03-10 17:05:33.798006	2026-11-27 19:23:57.566782+00	\N
5280001	67	🚢 "66"\t\\Müller	\N	2026-11-27 19:23:57.566782+00	\N
5280001	68	Ærlig "67"\t\\Müller	2026-05-12 19:07:33.798006	2026-11-27 19:23:57.566782+00	\N
5280001	69		2026-06-13 20:08:33.798006	2026-11-27 19:23:57.566782+00	\N
5280001	70	Sjø "69"\t\\Åsen	\N	2026-11-27 19:23:57.566782+00	\N
5280001	71	Åsen "70"\t\\Ærlig	2026-08-15 22:10:33.798007	2026-11-27 19:23:57.566782+00	\N
5280001	72	Żubr "71"\t\\Nordlys	2026-09-16 23:11:33.798007	2026-11-27 19:23:57.566782+00	\N
5280001	73	Ærlig "72"\t\\🚢	\N	2026-11-27 19:23:57.566782+00	\N
5280001	74	🚢 "73"\t\\Ærlig	2026-02-18 01:13:33.798007	2026-11-27 19:23:57.566782+00	\N
5280001	75	Blåbær "74"\t\\Ærlig	2026-03-19 02:14:33.798007	2026-11-27 19:23:57.566782+00	\N
5280001	76	Fjord "75"\t\\Østre	\N	2026-11-27 19:23:57.566782+00	\N
5280001	77	Grønn "76"\t\\Fjord	2026-05-21 04:16:33.798007	2026-11-27 19:23:57.566782+00	\N
5280001	78	🚢 "77"\t\\Sjø	2026-06-22 05:17:33.798007	2026-11-27 19:23:57.566782+00	\N
5280001	79		\N	2026-11-27 19:23:57.566782+00	\N
5280001	80	Åsen "79"\t\\Åsen	2026-08-24 07:19:33.798007	2026-11-27 19:23:57.566782+00	\N
5280001	81	Ærlig "80"\t\\Żubr	2026-09-25 08:20:33.798008	2026-11-27 19:23:57.566782+00	\N
5280001	82	漁船 "81"\t\\Żubr	\N	2026-11-27 19:23:57.566782+00	\N
5280001	83	Sjø "82"\t\\Østre	2026-02-27 10:22:33.798008	2026-11-27 19:23:57.566782+00	\N
5280001	84	Blåbær "83"\t\\Åsen	2026-03-28 11:23:33.798008	2026-11-27 19:23:57.566782+00	\N
5280001	85	Sjø "84"\t\\🚢	\N	2026-11-27 19:23:57.566782+00	\N
5280001	86	Grønn "85"\t\\Żubr	2026-05-02 13:25:33.798008	2026-11-27 19:23:57.566782+00	\N
5280001	87	Østre "86"\t\\Østre	2026-06-03 14:26:33.798008	2026-11-27 19:23:57.566782+00	\N
5280001	88	Müller "87"\t\\Żubr	\N	2026-11-27 19:23:57.566782+00	\N
5280001	89	Blåbær "88"\t\\Sjø	2026-08-05 16:28:33.798008	2026-11-27 19:23:57.566782+00	\N
5280001	90	Sjø "89"\t\\Blåbær	2026-09-06 17:29:33.798008	2026-11-27 19:23:57.566782+00	\N
5280001	91	Sjø "90"\t\\Ærlig	\N	2026-11-27 19:23:57.566782+00	\N
5280001	92	Żubr "91"\t\\Fjord	2026-02-08 19:31:33.798009	2026-11-27 19:23:57.566782+00	\N
5280001	93		2026-03-09 20:32:33.798009	2026-11-27 19:23:57.566782+00	\N
5280001	94	Ærlig "93"\t\\Nordlys	\N	2026-11-27 19:23:57.566782+00	\N
5280001	95	Sjø "94"\t\\Blåbær	2026-05-11 22:34:33.798009	2026-11-27 19:23:57.566782+00	\N
5280001	96	🚢 "95"\t\\Østre	2026-06-12 23:35:33.798009	2026-11-27 19:23:57.566782+00	\N
5280001	97	Żubr "96"\t\\Grønn	\N	2026-11-27 19:23:57.566782+00	\N
5280001	98		2026-08-14 01:37:33.798009	2026-11-27 19:23:57.566782+00	\N
5280001	99		2026-09-15 02:38:33.798009	2026-11-27 19:23:57.566782+00	\N
5280001	100	Blåbær "99"\t\\Fjord	\N	2026-11-27 19:23:57.566782+00	\N
\.
copy nxt.product (nxt_company, product_no, description, changed_timestamp, nxt_read_at, nxt_deleted_at)
5280001	00004 	Sjø "4"\t\\Grønn	2026-05-05 04:04:33.798	2026-11-27 19:23:58.368621+00	\N
5280001	00006	Åsen "6"\t\\Nordlys	\N	2026-11-27 19:23:58.368621+00	\N
5280001	00011 	Grønn "11"\t\\Nordlys	2026-03-12 11:11:33.798001	2026-11-27 19:23:58.368621+00	\N
5280001	00013	Østre "13"\t\\漁船	2026-05-14 13:13:33.798001	2026-11-27 19:23:58.368621+00	\N
5280001	00018 	Østre "18"\t\\Nordlys	\N	2026-11-27 19:23:58.368621+00	\N
5280001	A00000	Nordlys "0"\t\\Żubr	\N	2026-11-27 19:23:58.368621+00	\N
5280001	a00001	Åsen "1"\t\\Blåbær	2026-02-02 01:01:33.798	2026-11-27 19:23:58.368621+00	\N
5280001	A00007	Sjø "7"\t\\Ærlig	2026-08-08 07:07:33.798	2026-11-27 19:23:58.368621+00	\N
5280001	a00008	Grønn "8"\t\\Ærlig	2026-09-09 08:08:33.798	2026-11-27 19:23:58.368621+00	\N
5280001	A00014	Fjord "14"\t\\Sjø	2026-06-15 14:14:33.798001	2026-11-27 19:23:58.368621+00	\N
5280001	a00015	Østre "15"\t\\Åsen	\N	2026-11-27 19:23:58.368621+00	\N
5280001	å-00005	Żubr "5"\t\\Sjø	2026-06-06 05:05:33.798	2026-11-27 19:23:58.368621+00	\N
5280001	å-00012	🚢 "12"\t\\Åsen	\N	2026-11-27 19:23:58.368621+00	\N
5280001	å-00019		2026-02-20 19:19:33.798001	2026-11-27 19:23:58.368621+00	\N
5280001	aa00002	Żubr "2"\t\\🚢	2026-03-03 02:02:33.798	2026-11-27 19:23:58.368621+00	\N
5280001	Å00003	Grønn "3"\t\\Åsen	\N	2026-11-27 19:23:58.368621+00	\N
5280001	aa00009		\N	2026-11-27 19:23:58.368621+00	\N
5280001	Å00010	Grønn "10"\t\\Sjø	2026-02-11 10:10:33.798001	2026-11-27 19:23:58.368621+00	\N
5280001	aa00016	Müller "16"\t\\Blåbær	2026-08-17 16:16:33.798001	2026-11-27 19:23:58.368621+00	\N
5280001	Å00017	Grønn "17"\t\\Sjø	2026-09-18 17:17:33.798001	2026-11-27 19:23:58.368621+00	\N
\.
copy nxt_sync.clock (one, seen_at)
t	2026-11-27 19:24:00.14003+00
\.
copy nxt_sync.job (id, kind, connection, scope, company, fence, holder, claimed_at, due_at, retry_at, failures, wanted, served, pull, lane)
12	load	person	company	5280001	22	\N	\N	9999-01-01 00:00:00+00	\N	0	1	1	goods	0
11	fetch	person	company	5280001	25	\N	\N	9999-01-01 00:00:00+00	2026-11-27 19:24:00.007904+00	0	2	2		0
8	reconciliation	main	company	5280001	4	\N	\N	9999-01-01 00:00:00+00	\N	0	0	0	people	0
9	token	person	connection	0	6	\N	\N	9999-01-01 00:00:00+00	\N	0	0	0		0
14	push	main	company	5280001	16	\N	\N	2026-11-27 19:24:09.119669+00	\N	0	0	0	sales	2
15	push	main	company	5280001	28	71d10fd6-d5a1-411b-a359-fcdb978db247	2026-11-27 19:24:01.424942+00	2026-11-27 19:24:00.978802+00	\N	0	0	0	sales	7
4	reconciliation	main	company	5280001	2	\N	\N	2026-11-28 19:23:57.497728+00	\N	0	0	0	orders	0
10	poll	person	company	5280001	29	\N	\N	2026-11-27 19:24:02+00	\N	0	2	2		0
1	poll	main	company	5280001	30	\N	\N	2026-11-27 19:24:02+00	\N	0	3	3		0
7	load	main	company	5280001	9	\N	\N	2026-11-27 19:23:56.69655+00	2026-11-27 19:24:02.034658+00	1	1	0	people	0
3	load	main	company	5280001	8	\N	\N	9999-01-01 00:00:00+00	\N	0	1	1	orders	0
2	fetch	main	company	5280001	15	\N	\N	9999-01-01 00:00:00+00	2026-11-27 19:23:59.061502+00	0	3	3		0
13	reconciliation	person	company	5280001	13	\N	\N	2026-11-28 19:23:58.368621+00	\N	0	0	0	goods	0
\.
copy nxt_sync.outbox (id, push, key, payload, company, grp, state, result, error, attempts, created_at, settled_at, step, act, record, stamp, sent_at, next_at, answered, blamed, at_most, repeated, looks)
1	sales	a	{"customerNo": 1}	5280001	g	done	{"orderNo":21,"yourReference":"a"}	\N	1	2026-11-27 19:23:57.902418+00	2026-11-27 19:23:59.661142+00	record	create	18f6dd6749d495e284ddba7382788bfc	\N	2026-11-27 19:23:59.146157+00	\N	\N	f	\N	f	0
2	sales	d	{"customerNo": 99000}	5280001	\N	dead	\N	Error: Customer no. 99000 does not exist. (trace 00652ffe25a54727a6bb26552bfbe9aa) (record_refused)	1	2026-11-27 19:23:57.903949+00	2026-11-27 19:23:59.877131+00	record	create	d19c13cd949e4961c01cc0c6b1141160	\N	2026-11-27 19:23:59.119669+00	2026-11-27 19:24:09.119669+00	Error: Customer no. 99000 does not exist. (trace 00652ffe25a54727a6bb26552bfbe9aa)	t	1	f	0
3	sales	b	{"customerNo": 1}	5280001	g	sending	\N	\N	1	2026-11-27 19:24:00.188299+00	\N	record	create	3a79b2cc48a98e4630bc133d0f32f172	\N	2026-11-27 19:24:01.494944+00	\N	\N	f	\N	f	0
4	sales	c	{"customerNo": 1}	5280001	g	sending	\N	\N	1	2026-11-27 19:24:00.188657+00	\N	record	create	849e6ee19626348495b30d359cee01bc	\N	2026-11-27 19:24:01.494944+00	\N	\N	f	\N	f	0
\.
copy nxt_sync.outbox_home (one, system_identifier, timeline, database_oid, outbox_oid)
t	7712934074818340446	00000001	16385	16512
\.
copy nxt_sync.pass (pull, company, kind, started_at, cursor, rows, expected, mark, since, direct, settling, confirmed)
people	5280001	load	2026-11-27 19:23:57.566782+00	{"associateNo":100}	100	400	2026-09-28 11:11:33.7980251	\N	t	f	f
\.
copy nxt_sync.pull_column (pull, column_name)
orders	orderNo
orders	customerNo
orders	yourReference
orders	changedTimestamp
people	associateNo
people	name
people	changedTimestamp
goods	productNo
goods	description
goods	changedTimestamp
\.
copy nxt_sync.pull_settings (pull, settings, started_at)
orders	868c5b5d-1836-3b75-a990-945ac53c1de1	2026-11-27 19:23:50.825248+00
people	a3f38a72-fa83-3003-8666-1fafbfff0c91	2026-11-27 19:23:50.825248+00
goods	3488953f-1e28-3a64-928d-8ec15a635017	2026-11-27 19:23:50.825248+00
\.
copy nxt_sync.pull_state (pull, company, state, reason, failures, due_at, retry_at, rows, loaded_at, complete_as_of, mark, mark_seen_at, floor, digest, cursor, upper, increment_started_at, reread_cursor, held, code, met_by, reconciled_at)
orders	5280001	ok	\N	0	2026-11-27 19:24:02+00	\N	21	2026-11-27 19:23:58.187339+00	2026-11-27 19:24:01.46093+00	2026-11-27 20:23:59.5618586	2026-11-27 19:23:59.161997+00	\N	332bc4a2ca4dd2f56332c52cef5507fbbbd0a24e84b3a5119e344cff2fb28782	\N	\N	\N	\N	\N	\N	\N	\N
goods	5280001	ok	\N	0	2026-11-27 19:24:02+00	\N	20	2026-11-27 19:23:58.541529+00	2026-11-27 19:24:01.446574+00	2026-09-18 17:17:33.7980017	2026-11-27 19:23:58.368621+00	\N	7c435e01fe0c62ccd1b9db15023b18524dd08c1c54b6b3b047cf66a378b07de7	\N	\N	\N	\N	\N	\N	\N	\N
people	5280001	failing	Business NXT gave no whole answer within 3 s. If a pull goes on like this, lower its NXT_PULLS_…_PAGE_SIZE.	1	2026-11-27 19:23:56.568672+00	2026-11-27 19:24:02.015304+00	100	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	\N	in_doubt	load	\N
\.
copy nxt_sync.push_setting (push, company)
sales	5280001
\.
copy nxt_sync.push_state (push, company, reason, failures, retry_at, creator, echoed, stopped, one_per_group, code)
sales	5280001	\N	0	\N	isv_demo	yourReference	\N	f	\N
\.
copy nxt_sync.replica (id, host, started_at, beat_at, report, found_silent_at)
71d10fd6-d5a1-411b-a359-fcdb978db247	vm	2026-11-27 19:23:50.825248+00	2026-11-27 19:24:00.172421+00	{"connections":[{"name":"main","state":"signed_in","expires_at":"2026-11-27T19:24:37.625009592Z","next_renewal_at":"2026-11-27T19:24:05.555488287Z","scope":"business-graphql-service-api:access-group-based","budget":{"limit_per_minute":540,"used":19}},{"name":"person","state":"signed_in","expires_at":"2026-11-27T19:24:57.101824995Z","next_renewal_at":"2026-11-27T19:24:28.184583403Z","scope":"openid email offline_access business-graphql-api:access-group-based","budget":{"limit_per_minute":540,"used":7}}],"findings":[]}	\N
\.
copy nxt_sync.run (id, job, company, kind, started_at, ended_at, outcome, rows_read, rows_written, rows_deleted, rows_set_aside, requests, bytes, trace_id, error)
1	orders	5280001	load	2026-11-27 19:23:57.405276+00	2026-11-27 19:23:58.277239+00	ok	20	20	0	0	1	766	acc10b88917c4e4fbe7fb999b5a06a1b	\N
2	goods	5280001	load	2026-11-27 19:23:58.360564+00	2026-11-27 19:23:58.601543+00	ok	20	20	0	0	1	710	c3818c98c3e34d6e9a924245666d512f	\N
3	orders	5280001	poll	2026-11-27 19:23:58.449004+00	2026-11-27 19:23:58.781374+00	ok	1	0	0	0	1	243	a00684ebe3d54a5fa04136cbae70cc98	\N
4	goods	5280001	poll	2026-11-27 19:23:59.147263+00	2026-11-27 19:23:59.377293+00	ok	1	0	0	0	1	231	bffee7f7086846249844f77cf0ed6938	\N
5	orders	5280001	poll	2026-11-27 19:23:59.161673+00	2026-11-27 19:23:59.658327+00	ok	2	1	0	0	1	273	96ee1aeeefb9493390b3cd3703d6d37d	\N
6	sales	5280001	push	2026-11-27 19:23:58.462475+00	2026-11-27 19:23:59.662181+00	ok	0	1	0	0	2	0	\N	\N
7	sales	5280001	push	2026-11-27 19:23:58.454227+00	2026-11-27 19:23:59.999336+00	ok	0	0	0	1	3	0	\N	\N
8	goods	5280001	poll	2026-11-27 19:24:00.06435+00	2026-11-27 19:24:00.220186+00	ok	1	0	0	0	1	231	6ae2c953e6a44ad687a96231d1e92897	\N
9	orders	5280001	poll	2026-11-27 19:24:00.105853+00	2026-11-27 19:24:00.239368+00	ok	1	0	0	0	1	211	b2b85c2d8b9a4e52942753cf9fca2c20	\N
10	orders	5280001	poll	2026-11-27 19:24:01.458907+00	2026-11-27 19:24:01.486602+00	ok	1	0	0	0	1	210	9dfaaff028394da896e01a365c260ae0	\N
11	goods	5280001	poll	2026-11-27 19:24:01.446251+00	2026-11-27 19:24:01.491484+00	ok	1	0	0	0	1	231	9936b348e0ea4c09ab5790a6e3a0bd51	\N
12	people	5280001	load	2026-11-27 19:23:57.564807+00	2026-11-27 19:24:01.554278+00	in_doubt	100	100	0	0	2	1901	bba766be1d36471788ecbf8b9164517c	Business NXT gave no whole answer within 3 s. If a pull goes on like this, lower its NXT_PULLS_…_PAGE_SIZE.
\.
copy nxt_sync.schema_history (installed_rank, version, description, type, script, checksum, installed_by, installed_on, execution_time, success)
1	1	jobs and pulls	SQL	db/migration/V1__jobs_and_pulls.sql	1682828217	postgres	2026-11-27 19:23:46.501305	55	t
2	2	increments and history	SQL	db/migration/V2__increments_and_history.sql	-1811157156	postgres	2026-11-27 19:23:47.223915	241	t
3	3	push	SQL	db/migration/V3__push.sql	-967730592	postgres	2026-11-27 19:23:47.776431	586	t
4	4	webhooks	SQL	db/migration/V4__webhooks.sql	1222458645	postgres	2026-11-27 19:23:48.502914	236	t
5	5	operate	SQL	db/migration/V5__operate.sql	1540984087	postgres	2026-11-27 19:23:48.845096	82	t
6	6	user grants	SQL	db/migration/V6__user_grants.sql	-733191545	postgres	2026-11-27 19:23:49.024902	311	t
7	7	rights	SQL	db/migration/V7__rights.sql	2070034278	postgres	2026-11-27 19:23:49.519504	211	t
8	8	grant issuer	SQL	db/migration/V8__grant_issuer.sql	1346630750	postgres	2026-11-27 19:23:49.884169	49	t
9	9	inbox attempts	SQL	db/migration/V9__inbox_attempts.sql	406404616	postgres	2026-11-27 19:23:49.975477	2	t
10	10	who met a trouble	SQL	db/migration/V10__who_met_a_trouble.sql	-801492837	postgres	2026-11-27 19:23:49.993399	59	t
11	11	identity and place	SQL	db/migration/V11__identity_and_place.sql	951412458	postgres	2026-11-27 19:23:50.081592	117	t
12	12	no row is dead without an error	SQL	db/migration/V12__no_row_is_dead_without_an_error.sql	415158522	postgres	2026-11-27 19:23:50.265049	43	t
13	13	settings of due times	SQL	db/migration/V13__settings_of_due_times.sql	2010038339	postgres	2026-11-27 19:23:50.339825	148	t
\.
copy nxt_sync.sign_in (link, connection, made_at, begun_at, ended_at, state, cookie, challenge, result)
7ea25b6fb9de333317a350213d5bc0178cf3097666984c5d948167d05cae0799	person	2026-11-27 19:23:51.092851+00	2026-11-27 19:23:53.927835+00	2026-11-27 19:23:54.904692+00	da361593511076dc7718e15f7fc0c1f8bb044ce867fe12c59f619d175d04a0da	756f3cace370f7f88415b678e3e9d91ccff6dbcb549770042cb5853cebd9924e	\N	{"well":true,"title":"You are signed in","facts":{"Connection":"person","Person":"Kari Nordmann (kari@example.com)","Subject":"5f3c1a52-9d0e-4b7a-8c6e-1f2a3b4c5d6e","Tenant":"as chosen at the sign-in; Visma Connect tells which with the scope tenants only","Companies":"Fjord AS (5280001)","Scopes":"openid email offline_access business-graphql-api:access-group-based","Good until":"not known here: set NXT_CONNECTIONS_PERSON_REFRESH_LIFETIME to what the Developer Portal has, to be warned in time","Refresh token":"re-used"},"notes":["nxt-sync now works in your name, without you: pull goods. It tells by its health, its metrics and its notices when you have to sign in again.","You can close this window."]}
02c77baa5ea7566bf5d53f7f2dcbb0efeee29dad957fa979eaab51e6e04af81f	person	2026-11-27 19:24:01.731804+00	2026-11-27 19:24:01.884428+00	\N	249bb431c9caa08d654fdd0342dec1db58a8f703d93625773eb03d5327c88ba0	a3ef147a5ad1821e4bd2b0dce4aecd3ffe987ef46b017ca542c1f7d5b542ea6f	c0f29160.QvzUSSPPNjxvtPoWc0-FagSHrPCGOhdC5mJOzCoSxtL9w0ryNgxxWce2nVbCMFS256oIn1N4t0fiLfDuSf-89lDUWKhBsHXey0j_FLxeqKxlbH_MwstlR2t_cZCbs5d-Fs2F7nVgKWjb47vZLTfJWdyK7w	\N
\.
copy nxt_sync.trouble (subject, code, reason, since, gone_at, told_at)
push sales, dead letters	dead_letters	1 row waits for a person; run: java -jar quarkus-run.jar dead-letters list	2026-11-27 19:24:00.054257+00	\N	\N
\.
copy nxt_sync.user_grant (connection, generation, state, code, reason, subject, tenant, shown_name, scope, kind, refresh_token, access_token, access_expires_at, authorized_at, refreshed_at, pending_at, pending_fence, last_sent_at, repeated_by, issuer)
person	7	signed_in	\N	\N	5f3c1a52-9d0e-4b7a-8c6e-1f2a3b4c5d6e	\N	Kari Nordmann (kari@example.com)	openid email offline_access business-graphql-api:access-group-based	re-use	c0f29160.aMOwr0EvqBiCHfT_xyLKNwl0oPxkEiyI2MpvbAjbFULLreq0v0aiwsFAfe1wL6sfOxjhLV-IIhHz9yMaE74D29I4fHVRuYGmWPZgC2xYCiEWNHLDGeV8H4dPsMDf_iefUg	c0f29160.FRAw7OHdZ74kvG3A_WSiTMsQjx4udexo3A-KLKCM99vmm8w91lecAysYh0fCMhdqjuIbmOL4ziPamvYogoin2anXrAJCr_1QQpR2xzuGtOvzI0c_90bfLlL6AnKvu73JwtlRaFduQACdzg7F1y9tz6iBIwht8VR6Sr7ySVqa-qs7ihi0QAitcGuM9FyHQXIA_KTnY8t1flwP6C9rK2f_kunUKt9XRF6xRA2ajxsop4CrDK8bOyXnoBrD8vZQpdFerj_jbthdM6bHsXLv4hZQK8OjIxyhkFN8r05d3sA1iW_VT-T34mrNOE7yEAFaKNcztt0HmSKk_sYv7mu7K6jsDKpbnxdvXqxntQbl-JXTdqT6rmkK8YSKselev16C6kUiRlFBOHyjVDWuuKh8RJOVc1iWxHEPmXx2UGvELazcCVthZ4k3epG0uihv1dHvP42Ri9l9M03kCwWZXgwVcEwMdmZbbsfSkWg01m4-vpbk9axDY2c_wuhPBeEsT5RMQO7YtGrWu7UJ4X8wazLyrU4FT0wPsyhIoe-vm08y7n4bYJotGEGjM01OHnWf5ExVg7LM1buVJlt7m7CJiITPsclzGUT4YCIL33-xqCdpUr3557FCL2IG8tDJUZt5F5RQwh7m3NatAG6kKT7wElNaFJtBQdXw5w-E9Fo0VZNyP-7s_RBPzFGcB7VafGn8-0za1zBtArYMowZgF0_k9gnowcQhnkHE2JKpJC9FceAp2URNFtVtB2izbv7KoTQD2H9IkT96HhmPqsdIjCAJ3H6W9uHObe7TilL8DVpyZtLxcKXaCjM6rDX9W5S8PW2nN6v39XhbNhYP5XYTo1HT-zcUxaXJA1YwSsfe2zs9UDPZxP8n7byNv58kgA33eOnCpHsL2_9jQEcMIZNBDffY3aTJJxgK0DnkChpoqHP-ZDgpc28NQa886Sr_BrOK516OuHD_WvFJF0oUd9UJoPHhY5mv1gFCT9L5t1vnFF4fnM7Tsd75zLDon-E9yAKF1RCoPMjoRRJURIkaKGs_M8MYmvgeelYFKbQksWSngFcfdhYM8BzTAUmcxXwo29kLmHZikHNBbKK1UgSkbD5ounH538yPzgD1aCndGxmY_OyKk-ikxA	2026-11-27 19:24:57.080647+00	2026-11-27 19:23:56.902672+00	2026-11-27 19:23:57.081648+00	\N	\N	2026-11-27 19:23:57.018651+00	\N	http://127.0.0.1:{sandbox}
\.
