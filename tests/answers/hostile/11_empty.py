# EXPECT: wrong-name
