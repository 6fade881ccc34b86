/**
 * Images without a registry: archives imported into a content-addressed store, offered to both
 * runtimes as a mirror that is asked first for the names they were imported under, and the two
 * images Wherry makes itself (pause, busybox). The store is files only, replaced atomically, so
 * that {@code wherry image import} works beside a running server. Used by {@code
 * dev.wherry.runtime} and {@code cli}.
 */
@NullMarked
package dev.wherry.runtime.images;

import org.jspecify.annotations.NullMarked;
