/**
 * Objects that the generators of create make from flags. Pure but for files they are told to read;
 * imported by the create command.
 */
@NullMarked
package dev.wherry.cli.client.create;

import org.jspecify.annotations.NullMarked;
