/**
 * The content-addressed store of images: archives imported into it, offered to other runtimes as a
 * mirror that is asked first for the names they were imported under, the images the built-in
 * runtime pulled, and the two images Wherry makes itself (pause, busybox). The store is files only,
 * replaced atomically, so that {@code wherry image import} works beside a running server. Used by
 * {@code dev.wherry.runtime} and {@code cli}; the packages below are the built-in runtime's.
 */
@NullMarked
package dev.wherry.runtime.images;

import org.jspecify.annotations.NullMarked;
