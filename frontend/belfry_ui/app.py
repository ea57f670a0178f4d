import reflex as rx

class S(rx.State):
    n: int = 0
    @rx.event
    def up(self):
        self.n += 1

def page():
    return rx.box(rx.button("hi", on_click=S.up), rx.text(S.n))

app = rx.App()
app.add_page(page, route="/")
