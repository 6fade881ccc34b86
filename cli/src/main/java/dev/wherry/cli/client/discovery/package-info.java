/**
 * What a server serves: resources by plural, singular, short name, kind and category. Called by the
 * command's thread; imported by the client packages.
 */
@NullMarked
package dev.wherry.cli.client.discovery;

import org.jspecify.annotations.NullMarked;
