/**
 * The cluster on this host as one thing: {@code up}, {@code down}, {@code status}, {@code delete},
 * {@code check}. They start and end a {@code wherry server} process and talk to it as any client
 * does; they never open its store.
 */
@NullMarked
package dev.wherry.cli.cluster;

import org.jspecify.annotations.NullMarked;
