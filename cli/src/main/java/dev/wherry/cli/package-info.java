/**
 * The wherry program: one command per class, one composition root per role. Nothing imports it but
 * testkit and bench.
 */
@NullMarked
package dev.wherry.cli;

import org.jspecify.annotations.NullMarked;
