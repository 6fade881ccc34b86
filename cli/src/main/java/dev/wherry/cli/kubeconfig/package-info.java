/**
 * Kubeconfig files: reading and merging them as client-go does, what a context says about a server
 * and its user, and the entries of Wherry in the file of the person who called. Called by one
 * thread of a command; the rest of the cli imports it.
 */
@NullMarked
package dev.wherry.cli.kubeconfig;

import org.jspecify.annotations.NullMarked;
