/** @jsxImportSource hono/jsx */
import { Page } from './layout'

/** A hosted page that has nothing to offer (any more), with a way back where there is one. */
export function NoticePage(props: { title: string; text: string; back?: { url: string; label: string } | undefined }) {
  return (
    <Page title={props.title}>
      <main class="hosted">
        <div class="panel">
          <h1>{props.title}</h1>
          <p>{props.text}</p>
          {props.back && <a href={props.back.url}>{props.back.label}</a>}
        </div>
      </main>
    </Page>
  )
}
