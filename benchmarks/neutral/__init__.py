"""One small law that every framework can express, in each of them: who is how fast, and do all give the same curve?"""
