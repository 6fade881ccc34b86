/**
 * What happens to a request between authorisation and the store: plugins that fill in, restrict or
 * refuse objects, in one fixed order. Plugins keep no state of their own; they read through {@link
 * dev.wherry.apiserver.view.ObjectView}. The registry imports the chain.
 */
@NullMarked
package dev.wherry.apiserver.admission;

import org.jspecify.annotations.NullMarked;
