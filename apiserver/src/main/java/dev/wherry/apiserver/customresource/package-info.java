/**
 * Custom resources: definitions (CustomResourceDefinition, apiextensions.k8s.io/v1) as the watch
 * cache has them, and what they say of their objects. A definition is read when it changes, a
 * version's schema is compiled when an object of it is first seen and let go when memory is short.
 *
 * <p>{@link dev.wherry.apiserver.customresource.CustomKinds} is owned by one virtual thread that
 * follows the cache; what it publishes is immutable. Imported by the registry, the routes, the
 * rules and the definitions' controller.
 */
@NullMarked
package dev.wherry.apiserver.customresource;

import org.jspecify.annotations.NullMarked;
