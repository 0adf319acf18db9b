"""List words that people choose for passwords, and that are therefore tried first.

A modest list of our own: each also stands for itself with digits and marks around it.
"""

from __future__ import annotations

_WORDS = """
password passwort passw0rd p@ssword p@ssw0rd pa55word passcode kennwort geheim secret sesame
opensesame letmein letmeinnow welcome willkommen bienvenue hello hallo changeme changeit
change_me default standard temporary temp guest visitor test testing tester testtest user admin
administrator root superuser sysadmin master manager owner operator login logon signin access
system server service support qwerty qwertz azerty qwertyui qwertyuiop qwertzuiop azertyuiop
asdfgh asdfghjk asdfghjkl zxcvbn zxcvbnm yxcvbnm qazwsx qazwsxedc 1qaz2wsx 1q2w3e4r 1q2w3e4r5t
q1w2e3r4 qweasd qweasdzxc abcd1234 abc12345 1234qwer qwer1234 asdf1234 aaaa1111 a1b2c3d4
12341234 11223344 12121212 123123123 10203040 13579246 24681357 31415926 27182818 00000000
11111111 88888888 99999999 iloveyou ilovegod lovely lover love darling sweetheart honey sunshine
princess prince angel dragon monkey tiger lion panther eagle falcon dolphin kitten puppy horse
butterfly flower rainbow summer winter spring autumn sommer football baseball basketball soccer
hockey fussball tennis golf rugby champion winner batman superman spiderman starwars skywalker
pokemon pikachu mustang ferrari porsche mercedes harley yamaha computer internet windows android
iphone google facebook twitter youtube amazon microsoft apple samsung minecraft fortnite michael
michelle jessica jennifer ashley daniel andrew joshua matthew charlie thomas robert william
george jordan hunter ranger killer shadow ninja samurai wizard matrix phoenix whatever nothing
trustno1 freedom liberty america london paris berlin canada australia blink182 metallica nirvana
slipknot chocolate cookie banana cheese pepper ginger coffee monday tuesday wednesday thursday
friday saturday sunday january february march april june july august september october november
december sightline owntracks mosquitto probot mqtt broker tracker location robot robots friends
"""
COMMON = frozenset(_WORDS.split())
