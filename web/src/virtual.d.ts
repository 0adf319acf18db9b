/** The list of towns that towns.plugin.ts makes. */
declare module 'virtual:towns' {
  const list: string;
  export default list;
}
