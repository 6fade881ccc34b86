/**
 * Events about objects, deduplicated, aggregated and limited as client-go does (tools/record). One
 * virtual thread owns the correlation state and writes. Imported by every component that reports.
 */
@NullMarked
package dev.wherry.machinery.event;

import org.jspecify.annotations.NullMarked;
