/**
 * What happens to objects: which kinds there are, the rules of their metadata, and one store
 * transaction per write. HTTP and in-process callers both end here. Imported by rest.
 */
@NullMarked
package dev.wherry.apiserver.registry;

import org.jspecify.annotations.NullMarked;
