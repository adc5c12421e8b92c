// What may stand in an address of this page, and where it leads. Whatever else a name says stays text.

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const ACTOR = /^[0-9]{1,20}$/;

export const STORIES = ['bet', 'sale', 'deposit', 'conversion', 'withdrawal'] as const;
export type StoryKind = (typeof STORIES)[number];

export const isUuid = (text: string): boolean => UUID.test(text);
export const isActorId = (text: string): boolean => ACTOR.test(text);
export const isStory = (text: string): text is StoryKind => (STORIES as readonly string[]).includes(text);

/** Actors are called after what they do: a bet's is `bet`, or `bet_actor`. */
export const storyKindOf = (actorName: string): StoryKind | null => STORIES.find((s) => actorName === s || actorName === `${s}_actor`) ?? null;

export function ActorLink({ id, name }: { id: number | string | null; name?: string | null }) {
  if (id === null || !isActorId(String(id))) return <>{name ?? '—'}</>;
  return <a href={`#/actor/${id}`}>{name ?? <>actor {id}</>}</a>;
}

/** The business object of an actor: its story where it has one. */
export function Business({ of, id, whole }: { of: string; id: string | null; whole?: boolean }) {
  if (!id) return <>—</>;
  const story = storyKindOf(of);
  const text = <code title={id}>{whole || id.length <= 13 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`}</code>;
  return story && isUuid(id) ? <a href={`#/${story}/${id}`}>{text}</a> : text;
}
