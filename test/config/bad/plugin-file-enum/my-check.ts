export enum Colour {
  Red,
}
export default {}
