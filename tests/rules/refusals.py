"""What is refused: the text @ the position of what is wrong @ what is offered instead, … for a mere example."""

REFUSALS = """
at 9 @ 4 @ at 9 am / at 9 pm
every monday at 9 @ 17 @ every monday at 9 am / every monday at 9 pm
daily at 6 @ 10 @ daily at 6 am / daily at 6 pm
at 12 @ 4 @ at 12 am / at 12 pm
between 9 and 5 every hour @ 9 @ between 9 am and 5 pm every hour / between 09:00 and 05:00 every hour
every 15 minutes from 9 to 5 @ 23 @ every 15 minutes from 9 am to 5 pm / every 15 minutes from 09:00 to 05:00
every monday at 9 or 10 @ 19 @ every monday at 9 am and 10 am / every monday at 9 pm and 10 pm
at 6 and 7 pm @ 4 @ at 6 am and 7 pm / at 6 pm and 7 pm
at 9 and 10 @ 4 @ at 9 am and 10 am / at 9 pm and 10 pm
biweekly @ 1 @ every 2 weeks / on monday and thursday
bi-weekly on monday @ 1 @ every 2 weeks on monday
bimonthly @ 1 @ every 2 months / on the 1st and 15th
semi-weekly @ 1 @ on monday and thursday
semimonthly @ 1 @ on the 1st and 15th
biannually @ 1 @ every 6 months / every 2 years
twice a day @ 1 @ twice a day at 06:00 and 18:00
three times a day @ 1 @ three times a day at 04:00, 12:00 and 20:00
twice a week @ 1 @ twice a week on monday and thursday
twice an hour @ 1 @ every 30 minutes
twice a day at 6:00 @ 1 @ at 6:00
three times a day at 6:00 and 18:00 @ 1 @ at 6:00 and 18:00
every 0 minutes @ 1 @ every minute
every 0 hours @ 1 @ every hour
0 times a day @ 1 @ manual
every 99999999999 years @ 1 @ every year
at 25:00 @ 4 @ at 23:59
at 24:00 @ 4 @ at 00:00
9:60 @ 1 @ 23:59
at 13 pm @ 4 @ at 13:00
0 am @ 1 @ 12 am
at 9:5 @ 4 @ …
on the 32nd @ 8 @ on the last day / on the 31st
on the 0th @ 8 @ on the last day / on the 31st
on february 30th @ 1 @ on the last day of february
on 31 april @ 1 @ on the last day of april
june 31 @ 1 @ on the last day of june
on the 45th day of the month @ 8 @ on the last day of the month / on the 31st of the month
on the sixth monday @ 8 @ on the last monday
noonish @ 1 @ noon
around 9:00 @ 1 @ at 9:00
tonight @ 1 @ today at 20:00
tonight at 9 @ 1 @ today at 9 pm
this morning @ 1 @ today at 08:00
never @ 1 @ manual
sometimes @ 1 @ hourly / daily
nonsense @ 1 @ …
hello world @ 1 @ …
evry 5 minuts @ 1 @ every 5 minutes
evry day at 9:00 @ 1 @ every day at 9:00
mondey at 9:00 @ 1 @ monday at 9:00
on wensday at noon @ 4 @ on wednesday at noon
wekdays at 09:30 @ 1 @ weekdays at 09:30
evry mondey at 9 @ 1 @ every monday at 9 am / every monday at 9 pm
dayly @ 1 @ daily
houry @ 1 @ hourly
every 5 minites @ 9 @ every 5 minutes
first firday of the month @ 7 @ first friday of the month
in janury every day @ 4 @ in january every day
every 5 @ 8 @ …
every @ 6 @ …
at @ 3 @ …
on @ 3 @ …
on the @ 7 @ …
between 9:00 and @ 17 @ …
every 5 minutes 5 @ 18 @ …
daily at :30 @ 7 @ daily at :30 of every hour
every 5 minutes every 3 hours @ 17 @ every 5 minutes
every 5 minutes at 9:00 @ 17 @ every 5 minutes between 09:00 and 23:59
every hour at 9:15 @ 12 @ every hour at :15 / every hour between 09:15 and 23:59
every 7 minutes on mondays @ 1 @ every 7 minutes of every hour on mondays
every 5 hours on weekdays @ 1 @ every 5 hours of every day on weekdays
every monday and @ 14 @ every monday
and every monday @ 1 @ every monday
at 9:00,, 10:00 @ 9 @ at 9:00, 10:00
, at 9:00 @ 1 @ at 9:00
every 5 minutes, @ 16 @ every 5 minutes
friday 2027-02-06 at 9:00 @ 1 @ saturday 2027-02-06 at 9:00 / friday 2027-02-05 at 9:00
monday, 2027-02-05 09:00 @ 1 @ friday 2027-02-05 09:00 / monday 2027-02-08 09:00
12/31/2027 @ 1 @ 2027-12-31 at 09:00 / 2027-12-31 at midnight
12/31/2027 at 9:00 @ 1 @ 2027-12-31 at 9:00
3/4/2027 at 9:00 @ 1 @ 2027-03-04 at 9:00 / 2027-04-03 at 9:00
31.12.2027 at 9:00 @ 1 @ 2027-12-31 at 9:00
2027-02-30 at 9:00 @ 1 @ 2027-02-28 at 9:00
31 february 2027 at 9:00 @ 1 @ 2027-02-28 at 9:00
2027-02-05 @ 1 @ 2027-02-05 at 09:00 / 2027-02-05 at midnight
31 january 2027 @ 1 @ 31 january 2027 at 09:00 / 31 january 2027 at midnight
tomorrow @ 1 @ tomorrow at 09:00 / tomorrow at midnight
next friday @ 1 @ next friday at 09:00 / next friday at midnight
tomorrow at 9:00 and 17:00 @ 10 @ …
in 10 minutes at 9:00 @ 15 @ …
every 5 minutes tomorrow at 9:00 @ 1 @ tomorrow at 9:00
tomorrow at 9 @ 13 @ tomorrow at 9 am / tomorrow at 9 pm
daily at 9:00 EST @ 15 @ daily at 9:00 America/New_York
daily at 9:00 PST @ 15 @ daily at 9:00 America/Los_Angeles
every 5 minutes CET @ 17 @ every 5 minutes Europe/Berlin
daily at 9:00 Europe/Berln @ 15 @ daily at 9:00 Europe/Berlin
daily at 9:00 Mars/Base @ 15 @ …
on the 1st and on mondays @ 1 @ on the 1st or on mondays
on the 13th and fridays @ 1 @ on the 13th or on fridays
every second monday @ 1 @ on the second monday / every 2 weeks on monday
every third friday @ 1 @ on the third friday / every 3 weeks on friday
every month on monday @ 13 @ every month on the first monday
weekly on the 1st @ 8 @ …
yearly on the 1st @ 8 @ yearly on january 1st
every march on monday @ 13 @ every march on the first monday
in march @ 1 @ every day in march / on the 1st in march
in january and july at 6:00 @ 1 @ every day in january and july at 6:00 / on the 1st in january and july at 6:00
between 9:00 and 17:00 @ 1 @ every hour between 9:00 and 17:00 / any time between 9:00 and 17:00
every 15 minutes between 9:00 and 9:00 @ 18 @ every 15 minutes between 09:00 and 17:00
every 7 seconds between 9:00 and 10:00 @ 1 @ every minute between 9:00 and 10:00
every 2 days on monday @ 14 @ …
every 2 weeks on the 1st @ 15 @ …
every 5 months on monday @ 16 @ every 5 months on the first monday
every 2 days at 9:00 and 10:30 @ 14 @ …
manual at 9:00 @ 8 @ …
every 5 minutes manual @ 1 @ manual
on the last @ 8 @ on the last day / on the last weekday
on the last month @ 8 @ on the last day
every other weekday @ 1 @ every other day
daily at 9:00 daily at 10:00 @ 15 @ …
monday 9:00 tuesday 10:00 @ 13 @ …
every monday except holidays @ 14 @ …
now @ 1 @ in 1 minute
asap @ 1 @ in 1 minute
5 minutes @ 1 @ every 5 minutes / in 5 minutes
until 2027-01-01 @ 1 @ every day at 09:00 until 2027-01-01
starting 2027-01-01 @ 1 @ every day at 09:00 starting 2027-01-01
every day starting 2027-13-01 @ 20 @ …
every day starting 2027-01-01 starting 2027-02-01 @ 31 @ …
every 5 minutes until @ 22 @ …
at noon and a half @ 15 @ …
every fortnight on the 1st @ 17 @ …
every 5 parsecs @ 9 @ …
9:00 pm am @ 9 @ …
every 5 minutes ; @ 18 @ …
every 5 minutes and also @ 25 @ …
every 7 minutes and also every 11 minutes @ 1 @ …
1.5 hours @ 1 @ every 90 minutes / in 90 minutes
every 1.5 hours @ 7 @ every 90 minutes
every -5 minutes @ 7 @ …
every 5 minutes! @ 16 @ …
every morning at 9 @ 7 @ every day at 9 am
every evening at 8 @ 7 @ every day at 8 pm
every evening at 20:00 @ 7 @ every day at 20:00
every afternoon at 3:30 @ 7 @ every day at 3:30 pm
every morning at 8 and 10 @ 7 @ every day at 8 am and 10 am
every night at 2am @ 7 @ every day at 2am
every night at 11 @ 7 @ every day at 11 pm
every morning @ 7 @ every day at 08:00
every night @ 7 @ every day at 22:00
every 10 minutes every morning @ 24 @ …
every morning on weekdays at 9:00 @ 7 @ every day on weekdays at 9:00 am
at 9 every morning @ 4 @ at 9 am every day
mornings at 9 @ 1 @ every day at 9 am
every monday morning at 8 @ 14 @ every monday at 8 am
every other morning at 9 @ 13 @ every other day at 9 am
tomorrow morning at 9 @ 10 @ tomorrow at 9 am
tonight at 11pm @ 1 @ today at 11pm
tonight at 2 @ 1 @ tomorrow at 2 am
this evening at 8pm @ 1 @ today at 8pm
at 8 this evening @ 4 @ at 8 pm today
at 3 at night @ 4 @ at 3 am
at 11 at night @ 4 @ at 11 pm
everyday at 9am @ 1 @ every day at 9am
every 2.5 hours @ 7 @ every 150 minutes
every 1.25 minutes @ 7 @ every 75 seconds
every 1.01 minutes @ 7 @ …
at the end of the month @ 1 @ on the last day of the month
at the end of every month at 9:00 @ 1 @ on the last day of every month at 9:00
every month end @ 1 @ on the last day of every month
last day of the year @ 1 @ last day of december
last friday of the year @ 1 @ last friday of december
daily at noon through 2027-06-30 @ 15 @ daily at noon until 2027-06-30
every day at 9am from 2027-01-01 to 2027-06-30 @ 34 @ every day at 9am from 2027-01-01 until 2027-06-30
every hour at 5 @ 1 @ every hour at :05
every hour at 5 and 35 on mondays @ 1 @ every hour at :05 and :35 on mondays
hourly at 15 @ 1 @ hourly at :15
yesterday at 9:00 @ 1 @ …
on friday the 13th @ 4 @ …
every friday the 13th at 9:00 @ 7 @ …
every day every hour any time between @ 38 @ …
on the 13th that is a friday at 9:00 @ 1 @ …
18 h @ 1 @ 18h
at 18 h @ 4 @ at 18h
@every 1d @ 8 @ @every 24h
@every 1h 30m @ 8 @ @every 1h30m
@every 1000000000h @ 8 @ …
0 9 * * *;0 10 * * * @ 10 @ 0 9 * * * | 0 10 * * *
mondays at 9:00 and tuesdays at 10:00 @ 16 @ mondays at 9:00 and also tuesdays at 10:00
mon at 9:00, tue at 10:00 and fri at 12:00 @ 12 @ mon at 9:00 and also tue at 10:00 and also fri at 12:00
once tomorrow at 9am @ 1 @ tomorrow at 9am
once on 2027-01-31 at 8:00 @ 1 @ on 2027-01-31 at 8:00
once on friday at 9:00 @ 1 @ next friday at 9:00
once at 9am @ 1 @ today at 9am / tomorrow at 9am
once in 10 minutes @ 1 @ in 10 minutes / every 10 minutes
once every 5 minutes @ 1 @ every 5 minutes
every morning at 9 and every evening at 8 @ 7 @ every day at 9 am and 8 pm
every morning at nine @ 7 @ every day at nine am
first monday morning of the month at 9 @ 14 @ first monday of the month at 9 am
every evening at 08:30 @ 7 @ every day at 8:30 pm
12 hours @ 1 @ every 12 hours / in 12 hours
at 5 past every hour @ 1 @ every hour at :05
at 18 hours @ 4 @ at 18h
half past nine @ 11 @ …
"""
