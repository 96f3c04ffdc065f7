"""What notices say, in English. Shape and blanks: `texts.py`."""

WORDS: dict[str, tuple[str, ...]] = {
    "message": ("A new message from {other}", "{Other} has written to you."),
    "message.refused": ("A message was not sent", "A message could not be sent now; its text is back with its writer."),
    "message.unread": ("{Other} has written to you", "You have {unread} from {other}."),
    "message.unread/answered": ("{Other} has answered", "{Other} has answered you."),
    "reply.warning": (
        "{Other} waits for your answer",
        "{Other} is promised an answer by {due}.",
        "{Other} is promised an answer soon.",
    ),
    "reply.warning/support": (
        "An answer is due soon",
        "{Other} owes a member an answer by {due}.",
        "{Other} owes a member an answer soon.",
    ),
    "reply.warning/member": (
        "{Other} has not answered yet",
        "{Other} is to answer you by {due}.",
        "{Other} is to answer you soon.",
    ),
    "reply.overtime": (
        "{Other} still waits for your answer",
        "{Other} has waited for your answer since {since}.",
        "{Other} has waited for your answer for long.",
    ),
    "reply.overtime/support": (
        "A member waits for long",
        "{Other} has owed a member an answer since {since}.",
        "{Other} has owed a member an answer for long.",
    ),
    "reply.overtime/member": (
        "{Other} has not answered yet",
        "You have waited for an answer of {other} since {since}.",
        "You have waited for an answer of {other} for long.",
    ),
    "reply.missed": (
        "The time to answer {other} has passed",
        "{Other} was promised an answer by {due}. An answer now still helps.",
        "{Other} was promised an answer by now. An answer now still helps.",
    ),
    "reply.missed/support": (
        "An answer is late",
        "{Other} was to answer a member by {due}, and has not yet.",
        "{Other} was to answer a member by now, and has not yet.",
    ),
    "reply.missed/member": (
        "Your answer is late",
        "{Other} was to answer you by {due}. We have reminded them.",
        "{Other} was to answer you by now. We have reminded them.",
    ),
    "reply.answered": ("{Other} has answered", "{Other} has answered you."),
    "reply.answered/mentor": ("You have answered {other}", "{Other} has your answer."),
    "reply.answered/support": ("A member was answered", "{Other} has answered a member."),
    "absence.began": (
        "{Other} is away, and members wait",
        "{Other} is away until {until}; nobody stands in, and {waiting} for an answer.",
        "{Other} is away; nobody stands in, and members wait for an answer.",
    ),
    "writing.opened": (
        "You can write again",
        "You can write to {other} again, until {until}.",
        "You can write to {other} again.",
    ),
    "writing.days": (
        "Who would like to hear from you this week",
        "You have written to {members} on fewer days this week than the plan promises. There is time until {until}.",
        "You have written to {members} on fewer days this week than the plan promises.",
        "You have written on fewer days this week than the plan promises.",
    ),
    "writing.days/support": (
        "A mentor writes less than promised",
        "{Other} has written to {members} on fewer days this week than the plan promises.",
        "{Other} has written on fewer days this week than the plan promises.",
    ),
    "booking.booked": (
        "{Service} with {other}: {when}",
        "Your {service} with {other} is booked for {when}, {minutes}.",
        "Your session with {other} is booked.",
    ),
    "booking.booked/support": (
        "Booked: {service} with {other}, {when}",
        "A {service} with {other} is booked for {when}, {minutes}.",
        "A session with {other} is booked.",
    ),
    "booking.moved": (
        "Moved: {service} with {other}, now {when}",
        "Your {service} with {other} was moved from {from} to {when}.",
        "Your {service} with {other} was moved to {when}.",
        "Your session with {other} was moved.",
    ),
    "booking.moved/support": (
        "Moved: {service} with {other}, now {when}",
        "A {service} with {other} was moved from {from} to {when}.",
        "A {service} with {other} was moved to {when}.",
        "A session with {other} was moved.",
    ),
    "booking.cancelled": (
        "Cancelled: {service} with {other}, {when}",
        "Your {service} with {other} on {when} is cancelled.",
        "Your session with {other} is cancelled.",
    ),
    "booking.cancelled/support": (
        "Cancelled: {service} with {other}, {when}",
        "A {service} with {other} on {when} is cancelled.",
        "A session with {other} is cancelled.",
    ),
    "session.reminder": (
        "{Service} with {other}: {when}",
        "Your {service} with {other} begins on {when}, and lasts {minutes}.",
        "Your session with {other} comes soon.",
    ),
    "session.starting": (
        "{Service} with {other} at {time}",
        "Your {service} with {other} begins at {time}. You can join now.",
        "Your session with {other} begins soon. You can join now.",
    ),
    "session.started": (
        "{Service} with {other} has begun",
        "Your {service} with {other} began at {time}.",
        "Your session with {other} has begun.",
    ),
    "session.late": (
        "{Other} has not joined yet",
        "{Other} has not joined the {service} of {time} yet.",
        "{Other} has not joined your session yet.",
    ),
    "session.late/own": (
        "{Other} is waiting for you",
        "{Other} is in your {service} of {time}. You can still join.",
        "{Other} is in your session. You can still join.",
    ),
    "session.late/support": (
        "Somebody is late for a session",
        "A {service} with {other} began at {time}, and one of the two has not joined yet.",
        "A session with {other} has begun, and one of the two has not joined yet.",
    ),
    "session.candidate": (
        "{Other} has not come to the {service}",
        "{Other} has not joined the {service} of {time}. You can record that they did not come.",
        "{Other} has not joined your session. You can record that they did not come.",
    ),
    "session.candidate/member": (
        "{Other} is waiting for you",
        "{Other} is in your {service} of {time}. You can still join.",
        "{Other} is in your session. You can still join.",
    ),
    "session.candidate/support": (
        "A member has not come to a session",
        "{Other} is alone in the {service} of {when}.",
        "{Other} is alone in a session.",
    ),
    "session.close_reminder": (
        "Is the {service} with {other} over?",
        "The {service} with {other} of {time} was to end by now. Close it when you are done.",
        "Your session with {other} was to end by now. Close it when you are done.",
    ),
    "session.ended": (
        "{Service} with {other} is over",
        "Your {service} with {other} on {when} is over.",
        "Your session with {other} is over.",
    ),
    "session.no_show": (
        "{Other} did not come",
        "It is noted that {other} did not come to the {service} on {when}.",
        "It is noted that {other} did not come to the session.",
    ),
    "session.no_show/member": (
        "Your {service} with {other} on {when}",
        "Sorry we missed each other on {when}. Your next session is {next}.",
        "Sorry we missed each other on {when}. You are welcome to book a new time.",
        "Sorry we missed each other. You are welcome to book a new time.",
    ),
    "session.no_show/support": (
        "A member did not come to a session",
        "A member did not come to the {service} with {other} on {when}.",
        "A member did not come to a session with {other}.",
    ),
    "session.mentor_absent": (
        "{Other} did not come, and we are sorry",
        "{Other} did not come to your {service} on {when}. It costs you nothing; please book a new time.",
        "{Other} did not come to your session. It costs you nothing; please book a new time.",
    ),
    "session.mentor_absent/mentor": (
        "{Other} waited for you",
        "You did not join the {service} with {other} on {when}. A message and a new time would help.",
        "You did not join your session with {other}. A message and a new time would help.",
    ),
    "session.mentor_absent/support": (
        "A mentor did not come to a session",
        "{Other} did not come to the {service} on {when}.",
        "{Other} did not come to a session.",
    ),
    "session.unattended": (
        "Nobody came to the {service} with {other}",
        "Neither of you joined the {service} with {other} on {when}. It counts as not held.",
        "Neither of you joined your session with {other}. It counts as not held.",
    ),
    "session.unattended/support": (
        "Nobody came to a session",
        "Nobody joined the {service} with {other} on {when}.",
        "Nobody joined a session with {other}.",
    ),
    "session.late_cancellation": (
        "A session was lost again",
        "Several sessions in a row or in a short time were cancelled late or missed, the last with {other} on {when}.",
        "Several sessions in a row or in a short time were cancelled late or missed, the last with {other}.",
    ),
    "session.late_cancellation/member": (
        "Several sessions did not take place",
        "Several of your sessions with {other} did not take place. Would another time of the week suit you better?",
    ),
    "session.three_sessions": (
        "Three sessions with {other} in {month}",
        "In {month} there would be three sessions with {other}. Keep them, or move the following ones by a week.",
        "In one month there would be three sessions with {other}. Keep them, or move the following ones by a week.",
    ),
    "membership.changed": ("Your membership has changed", "What is agreed about your membership has changed."),
    "membership.changed/support": ("A membership has changed", "What is agreed about a membership has changed."),
    "membership.reminder": (
        "Your membership is renewed on {paid_until}",
        "Your membership is renewed on {paid_until}, for {price}.",
        "Your membership is renewed on {paid_until}.",
        "Your membership is renewed soon.",
    ),
    "membership.reminder/ends": (
        "Your membership ends on {paid_until}",
        "Your membership is paid until {paid_until}, and is not renewed by itself.",
        "Your membership ends soon, and is not renewed by itself.",
    ),
    "membership.reminder/support": (
        "A membership is renewed soon",
        "A membership is renewed on {paid_until}.",
        "A membership is renewed soon.",
    ),
    "membership.cancelled": (
        "A membership was cancelled",
        "A membership that a business pays for is cancelled, and ends when what is paid for does.",
    ),
    "membership.renewed": (
        "Your membership is renewed",
        "Your membership is renewed until {renewed_until}, for {price}.",
        "Your membership is renewed until {renewed_until}.",
        "Your membership is renewed.",
    ),
    "membership.renewed/support": (
        "A membership was renewed",
        "A membership was renewed until {renewed_until}.",
        "A membership was renewed.",
    ),
    "trial.reminder": (
        "Which mentor do you want to go on with?",
        "You have come to know more than one mentor. Choose the one you want to go on with, by {until}.",
        "You have come to know more than one mentor. Choose the one you want to go on with.",
    ),
    "trial.undecided": (
        "A member has not chosen a mentor",
        "A member has come to know more than one mentor, and has not chosen in time. Help them to choose.",
    ),
    "trial.not_chosen": (
        "{other} goes on with another mentor",
        "{other} has chosen another mentor this time. Thank you for the time you took: it helped them to choose.",
        "The member has chosen another mentor this time. Thank you for the time you took: it helped them to choose.",
    ),
    "ghosting.suggested": (
        "Have you lost touch with {other}?",
        "{Other} has shown no sign for some time, although you wrote. If you cannot reach them, "
        "tell support: they try too.",
        "A member has shown no sign for some time, although you wrote. If you cannot reach them, "
        "tell support: they try too.",
    ),
    "person.erased": ("A person was erased", "All that was known of a person was erased, as they asked."),
    "case.waiting": (
        "A case is waiting",
        "A case waits for support: what it waits for has not come, or comes to its end soon.",
    ),
    "conduct.warned": (
        "How we treat each other here",
        "Something that you wrote or did here goes against how we treat each other. "
        "Take care that it does not happen again, or you may lose your place here.",
    ),
    "webhook.disabled": (
        "A webhook was switched off",
        "The webhook {webhook} was switched off after days of failure. Mend its address, then switch it on again.",
        "A webhook was switched off after days of failure. Mend its address, then switch it on again.",
    ),
    "notice.test": ("A test", "This is a test of the notices that you get. There is nothing to do."),
}

WHY: dict[str, str] = {
    "messages": "You get this because somebody wrote to you and you had not read it yet.",
    "deadlines": "You get this because an answer of yours is promised by then.",
    "deadlines/support": "You get this because support hears when a promised answer is late.",
    "deadlines/member": "You get this because you are promised an answer by then.",
    "days": "You get this because the plan promises messages from you during the week.",
    "days/support": "You get this because support hears when a mentor writes less than promised.",
    "sessions": "You get this because the session is yours.",
    "sessions/support": "You get this because support looks after sessions.",
    "openings": "You get this because you asked to hear when you can write again.",
    "membership": "You get this because the membership is yours.",
    "membership/support": "You get this because support looks after memberships.",
    "quiet": "You get this because you wrote to a member who has not been heard of since.",
    "trial": "You get this because you and the other one were getting to know each other.",
    "trial/support": "You get this because support helps where a choice is due.",
    "conduct": "You get this because you take part in this service.",
    "operations": "You get this because you look after this service.",
    "test": "You get this because whoever looks after this service tries whether notices reach you.",
    "optional": "You can switch such notices off, or choose how they reach you, in the app’s settings under Notices.",
    "essential": "It always comes, because you need it. How else it reaches you is set in the app under Notices.",
}

PARTS: dict[str, str] = {
    "locale": "en_GB",
    "day": "EEEE d MMMM",
    "day_of_year": "EEEE d MMMM y",
    "date": "d MMMM y",
    "video_call": "video call",
    "live_chat": "live chat",
    "session": "session",
    "the_video_call": "the video call",
    "the_live_chat": "the live chat",
    "the_session": "the session",
    "other/member": "your mentor",
    "other/mentor": "a member",
    "other/support": "a mentor",
    "when": "{day} at {time}",
    "unread_1": "an unread message",
    "unread_n": "{n} unread messages",
    "minutes_1": "{n} minute",
    "minutes_n": "{n} minutes",
    "waiting_1": "a member waits",
    "waiting_n": "{n} members wait",
    "members_1": "a member",
    "members_n": "{n} members",
}
