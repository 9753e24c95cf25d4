// What a frontend developer writes: an article drawn block by block, lists read to their end, a comment posted.
// It compiles only while the types say what it relies on; it prints a summary that the test compares.
import createClient from "openapi-fetch";
import type { components, paths } from "./api.js";

type Schemas = components["schemas"];
type Block = Schemas["ArticleDetail"]["body"][number];
type DiscussionItem = Schemas["CommentList"]["items"][number];

const [origin, pageId] = process.argv.slice(2);
if (origin === undefined || pageId === undefined) throw new Error("client.js ORIGIN PAGE_ID");
const page = Number(pageId);
const api = createClient<paths>({ baseUrl: origin });

function drawBlock(block: Block): string {
  switch (block.type) {
    case "heading":
      return `${block.level} ${block.text}`;
    case "paragraph":
      return block.html;
    case "claim": {
      const sources = block.citations.map((citation) => citation.source.title);
      return `${block.statement} (${block.certainty.symbol}; ${sources.join(", ") || "no source"})`;
    }
    default:
      // Later versions may add types.
      return `[${block.type}]`;
  }
}

function drawComment(item: DiscussionItem): string {
  if (item.type === "removed_comment") return "removed";
  const about: string | null = item.anchor_label;
  return `${item.author.name}: ${item.body}${about === null ? "" : ` (${about})`}`;
}

async function readTitles(): Promise<string[]> {
  const titles: string[] = [];
  let cursor: string | null = "";
  while (cursor !== null) {
    const query: { limit: number; cursor?: string } = cursor === "" ? { limit: 1 } : { limit: 1, cursor };
    const { data, error } = await api.GET("/api/v1/articles/", { params: { query } });
    if (error !== undefined) throw new Error(error.code);
    titles.push(...data.items.map((item) => item.title));
    cursor = data.next_cursor;
  }
  return titles;
}

async function readUnchanged(): Promise<number> {
  const path = { page_id: page };
  const first = await api.GET("/api/v1/articles/{page_id}/", { params: { path } });
  const etag = first.response.headers.get("ETag") ?? "";
  const again = await api.GET("/api/v1/articles/{page_id}/", {
    params: { path },
    headers: { "If-None-Match": etag },
  });
  return again.response.status;
}

async function refuse(): Promise<string[]> {
  const { error } = await api.POST("/api/v1/comments/", {
    body: { page, name: "", email: "not an address", comment: "Words" },
  });
  if (error === undefined) throw new Error("A comment without a name was taken");
  const code: Schemas["ProblemCode"] = error.code;
  return [code, ...(error.errors ?? []).map((field) => `${field.loc.join(".")} ${field.code}`)];
}

async function main(): Promise<void> {
  const article = await api.GET("/api/v1/articles/{page_id}/", { params: { path: { page_id: page } } });
  if (article.error !== undefined) throw new Error(article.error.detail);
  const posted = await api.POST("/api/v1/comments/", {
    body: { page, name: "Ada", email: "ada@example.org", comment: "Which needles?" },
  });
  if (posted.error !== undefined) throw new Error(posted.error.detail);
  const comments = await api.GET("/api/v1/comments/", { params: { query: { page } } });
  const missing = await api.GET("/api/v1/sources/{source_id}/", { params: { path: { source_id: 999999 } } });
  console.log(
    JSON.stringify({
      titles: await readTitles(),
      body: article.data.body.map(drawBlock),
      status: posted.data.status,
      comments: comments.data?.items.map(drawComment),
      unchanged: await readUnchanged(),
      refused: await refuse(),
      missing: missing.error?.code,
    }),
  );
}

await main();
