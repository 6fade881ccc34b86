/**
 * What is served and how each kind is written: one entry per kind, and the one path that creates,
 * updates, patches and deletes objects of every kind. Runs on the request's thread; the store's
 * transaction is the only effect. Imported by rest and the composition.
 */
@NullMarked
package dev.wherry.apiserver.registry;

import org.jspecify.annotations.NullMarked;
