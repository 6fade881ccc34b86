/**
 * What every verb of the client stands on: its flags, its connection, its streams, and how it says
 * what it did. One command's thread; imported by the verbs and by {@code Wherry}.
 */
@NullMarked
package dev.wherry.cli.client.verb;

import org.jspecify.annotations.NullMarked;
