/** Options of the plugin maildir. Generated from maildir.json. */

/**
 * Keeps what arrives in a Maildir instead of the queue.
 */
export interface MaildirOptions {
/**
 * The Maildir; made when it is missing. A relative name starts at the directory of the configuration file.
 */
directory: string
/**
 * Wait until each message is on disk before it is answered. Without it a power cut can lose mail.
 */
sync: boolean
}
