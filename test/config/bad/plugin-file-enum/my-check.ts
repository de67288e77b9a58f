/** A plugin that needs a compiler. */
export enum Colour {
  Red,
}
export default {}
