class PaperIntake:
    def __init__(self, *a):
        pass

    def take(self, source):
        pass
