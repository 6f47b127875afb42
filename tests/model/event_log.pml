// SPDX-License-Identifier: MIT
//
// The event log, its table of scrapers and their batches, one atomic step at a time: two producers that append EVENTS
// events, two scrapers whose deliveries may fail, and the housekeeping that gives memory back. SPIN goes through every
// interleaving (run_spin.py runs it, and the mutants that it must find wrong).
//
// A record is one place long here and a page is one record, so an offset is a number of records. With BATCHES a producer
// may claim the places of two events at once. What stands for what:
//
//   Producer                      EventLog::append and append_all (src/event_log/), Appending::store
//   make_room                     Evictor::evict_locked (src/queue/local/making_room/evictor.cpp)
//   advance_head, evict           Evictor::advance_head_if_free, Scraper::evict_before
//   Scrape: take                  WaitingScrape::step, EventLog::published_end, Ledger::readable_end
//   Scrape: read                  EmbeddedBatch::read, outside the lock, one record a step
//   Scrape: handed over, settle   EmbeddedDelivery::handed_over, settle, Scraper::settle
//   Housekeeping                  Housekeeping::give_memory_back, EventLog::advance_head_and_release_memory
//
// Each load, store and compare-exchange of an atomic (tail, head, the in-flight words), each record that is read and
// each half of one that is written is a step of its own. What only the table's lock guards is changed in one step with
// what comes before, since nobody else can look.
//
// What it shows: nobody reads a record that is not whole or was written over; the head never passes a cursor, nor a
// range that is being read; no more than CAPACITY places are in use; each scraper gets the events of ascending
// offsets, each once, or it is counted as dropped; there is no state in which nobody can go on.
//
// What it does not cover: memory orders (every step here is sequentially consistent; ThreadSanitizer and the suite
// `stress` look at the real ones), more than one batch at a time for a scraper (the suite `model`'s other half, the
// explorer, drives the real classes there), registering and forgetting scrapers, the startup hold, the limit of events
// in a batch, and the room that is made ahead of need (at 15/16 of the log).

#ifndef CAPACITY
#define CAPACITY 2 /* places in the ring: fewer than EVENTS, so that it wraps and the head matters */
#endif
#ifndef EVENTS
#define EVENTS 3
#endif
#ifdef BATCHES
#define MOST_AT_ONCE 2 /* events by one claim */
#else
#define MOST_AT_ONCE 1
#endif
#ifndef FAILURES
#define FAILURES 1 /* batches that are not delivered, of both scrapers together */
#endif
#define IDLE 255
#define TORN 254 /* a record of which only a part has been written */

byte tail;
byte head;
byte word[2] = IDLE; /* in flight, one for each producer */
byte tag[CAPACITY];  /* offset + 1 of the whole record that lies here; 0 after the memory was given back */
byte text[CAPACITY]; /* which event it is */

bool locked; /* guards what follows */
byte counted_end;
byte cursor[2];
byte lease[2] = IDLE;
bool taken[2];
byte batch_end[2];

byte next_event;     /* of the events to be posted */
byte producers_done;
byte failures;       /* so far */
byte got[2];         /* what scrapers have stored: one bit for each event */
byte got_count[2];
byte got_until[2];   /* the offset behind the last of it */
byte dropped[2];     /* counted as dropped */

#define LEAST(a, b) ((a) < (b) -> (a) : (b))
#define MOST(a, b) ((a) > (b) -> (a) : (b))
#define LOWEST_CURSOR LEAST(cursor[0], cursor[1])
#ifdef MUTANT_HEAD_PAST_LEASE
#define LOWEST_LEASE IDLE
#else
#define LOWEST_LEASE LEAST(lease[0], lease[1])
#endif
#define FREE_UNTIL LEAST(LOWEST_CURSOR, LOWEST_LEASE)

/* Whoever raises the head says with it that nobody needs what is before it. */
#define HEAD_IS_RIGHT \
  assert(head <= cursor[0] && head <= cursor[1] && head <= lease[0] && head <= lease[1] && head <= tail)

inline look_at_record(offset) { assert(tag[(offset) % CAPACITY] == (offset) + 1) }

/* The end of what is whole: first the tail, then the words. With the lock, so never below what was counted once. */
inline readable_end(end) {
#ifdef MUTANT_WORDS_BEFORE_TAIL
  end = word[0];
  end = LEAST(end, word[1]);
  end = LEAST(end, tail);
#else
  end = tail;
  end = LEAST(end, word[0]);
  end = LEAST(end, word[1]);
#endif
  end = MOST(end, counted_end)
}

inline advance_head() {
  d_step { head = MOST(head, FREE_UNTIL); HEAD_IS_RIGHT }
}

inline evict(s, target) {
  if
  :: target > cursor[s] ->
     if
     :: taken[s] -> safe = MOST(cursor[s], batch_end[s])
     :: else -> safe = cursor[s]
     fi;
     cursor[s] = target;
#ifndef MUTANT_DROP_UNCOUNTED
     if
     :: target > safe -> dropped[s] = dropped[s] + target - safe
     :: else
     fi
#endif
  :: else
  fi
}

/* With the lock. */
inline make_room(needed) {
  advance_head();
#ifdef DROP_OLDEST
  if
  :: head < needed ->
     readable_end(end);
     d_step { end = LEAST(end, LOWEST_LEASE); target = LOWEST_CURSOR };
     do
     :: target < end && target < needed -> look_at_record(target); target++
     :: else -> break
     od;
     atomic {
       counted_end = MOST(counted_end, target);
       evict(0, target);
       evict(1, target);
       target = 0; end = 0; safe = 0
     };
     advance_head()
  :: else
  fi
#endif
}

active [2] proctype Producer() {
  byte event, at, seen_head, end, target, safe, count, written;
  bool made_room;

  do
#ifdef BATCHES
  :: atomic { next_event + 1 < EVENTS -> event = next_event; count = 2; next_event = next_event + 2 };
     goto post
#endif
  :: atomic { next_event < EVENTS -> event = next_event; count = 1; next_event++ };
post:
     at = tail;
again:
#if !defined(MUTANT_NO_WORD) && !defined(MUTANT_WORD_AFTER_CLAIM)
     word[_pid] = at;
#endif
     seen_head = head;
     if
#ifdef MUTANT_NO_ROOM_CHECK
     :: false
#else
     :: at + count - seen_head > CAPACITY ->
        if
        :: atomic { tail != at -> at = tail }; goto again
        :: atomic { tail == at -> seen_head = 0; at = 0 }
        fi;
        word[_pid] = IDLE;
        if
        :: made_room -> made_room = false; goto post /* refused with 503: the client tries again later */
        :: else
        fi;
        if
        :: atomic { !locked -> locked = true };
           d_step { at = tail + count; at = MOST(at, CAPACITY) - CAPACITY };
           make_room(at);
           atomic { at = 0; made_room = true; locked = false }
        :: locked /* somebody else has it: refused */
        fi;
        goto post
#endif
     :: else
     fi;
#ifdef MUTANT_CLAIM_WITHOUT_EXCHANGE
     atomic { tail = at + count; made_room = false; seen_head = 0 };
#else
     if
     :: atomic { tail == at -> tail = at + count; made_room = false; seen_head = 0 }
     :: atomic { tail != at -> at = tail }; goto again
     fi;
#endif
     assert(tail <= head + CAPACITY);
#ifdef MUTANT_WORD_AFTER_CLAIM
     word[_pid] = at;
#endif
#ifdef MUTANT_PUBLISH_BEFORE_WRITE
     word[_pid] = IDLE;
#endif
     do
     :: written < count ->
        /* nobody is reading what was here before */
        d_step {
          assert(at + written < lease[0] + CAPACITY && at + written < lease[1] + CAPACITY);
          tag[(at + written) % CAPACITY] = TORN
        };
        d_step {
          tag[(at + written) % CAPACITY] = at + written + 1;
          text[(at + written) % CAPACITY] = event + written;
          written++
        };
#ifdef MUTANT_PUBLISH_AFTER_THE_FIRST
        word[_pid] = IDLE
#endif
     :: else -> break
     od;
     atomic { word[_pid] = IDLE; at = 0; event = 0; count = 0; written = 0 }
  :: atomic { next_event == EVENTS -> producers_done++; break }
  od
}

inline lock() { atomic { !locked -> locked = true } }

/* The scraper has stored what it read: each event once, in order of offset. */
inline store() {
  assert(begin >= got_until[me] && (batch & got[me]) == 0);
  got[me] = got[me] | batch;
  got_count[me] = got_count[me] + end - begin;
  got_until[me] = end
}

inline settle_delivered() {
#ifdef MUTANT_CURSOR_BACK
  cursor[me] = batch_end[me];
#else
  cursor[me] = MOST(cursor[me], batch_end[me]);
#endif
  taken[me] = false
}

inline settle_not_delivered() {
  dropped[me] = dropped[me] + LEAST(cursor[me], batch_end[me]) - begin; /* what was evicted meanwhile */
  taken[me] = false
}

active [2] proctype Scrape() {
  byte me = _pid - 2;
  byte begin, end, mark, batch;
  bool last; /* all events are stored: if this scrape finds nothing, the scraper has had everything */

  do
  :: last = (producers_done == 2);
     lock();
     readable_end(end);
     d_step { begin = cursor[me]; mark = MOST(begin, counted_end) }; /* what somebody counted is not walked again */
     do
     :: mark < end -> look_at_record(mark); mark++
     :: else -> break
     od;
     atomic {
       counted_end = MOST(counted_end, mark);
       end = mark;
       mark = 0;
       if
       :: end > begin ->
          taken[me] = true;
          batch_end[me] = end;
          lease[me] = begin;
#ifdef MUTANT_CURSOR_AT_TAKE
          cursor[me] = end;
#endif
       :: else
       fi;
       locked = false
     };
     if
     :: atomic { end == begin -> begin = 0; end = 0 };
        if
        :: last -> break
        :: else -> goto next
        fi
     :: else
     fi;
     mark = begin;
     do
     :: mark < end ->
        d_step { look_at_record(mark); batch = batch | (1 << text[mark % CAPACITY]); mark++ }
     :: else -> break
     od;
     lock();
     atomic { lease[me] = IDLE; locked = false }; /* handed over: its last byte is in the kernel */
     if
     :: d_step { store() }; /* the scraper had all of it */
        lock();
        d_step { settle_delivered(); assert(head <= cursor[me]); locked = false }
     :: atomic { failures < FAILURES -> failures++ }; /* it had not, and what it had it threw away */
        lock();
        d_step { settle_not_delivered(); locked = false }
     fi;
     atomic { begin = 0; end = 0; mark = 0; batch = 0 };
next:
     skip
  od;
  assert(got_count[me] + dropped[me] == EVENTS);
#ifndef DROP_OLDEST
  assert(dropped[me] == 0)
#endif
}

active proctype Housekeeping() {
  byte until, mark;
end:
  do
  :: atomic { !locked && FREE_UNTIL > head -> locked = true; until = FREE_UNTIL; mark = head };
#ifdef MUTANT_HEAD_BEFORE_GIVING_BACK
     d_step { head = until; HEAD_IS_RIGHT };
#endif
     do
     :: mark < until -> tag[mark % CAPACITY] = 0; mark++
     :: else -> break
     od;
     atomic { head = until; HEAD_IS_RIGHT };
     atomic { until = 0; mark = 0; locked = false }
  od
}
