/** Options of the plugin address-verification. Generated from address-verification.json. */

/**
 * Options of the plugin address-verification.
 */
export interface AddressVerificationOptions {
/**
 * Whose address is verified.
 */
subject: ("sender" | "recipient")
/**
 * When the shared state can not be asked: open lets mail through, closed is the step's onError.
 */
on_failure: ("open" | "closed")
}
