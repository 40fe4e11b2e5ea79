namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// The one table of what a message to a document is answered with. A provider must not take a document for open that
/// is not: so whatever is sent to one that is not open is answered in a way that makes stock
/// providers start again, or tell their application. Tried with the providers 2.15.3, 3.4.4 and 4.8.0:
/// a request for the token makes 3 and 4 send it again, and no more, so the node asks in their place what they
/// lack (<see cref="Resumption"/>);
/// 2 does not know the request, and starts again only with its socket;
/// a denial tells the application of all three; a CLOSE resets <c>synced</c> of 3 and 4, and is unknown to 2.
/// </summary>
internal static class HocuspocusRules
{
    public static FrameAnswer AnswerTo(AddressState state, HocuspocusMessageKind kind) => (kind, state) switch
    {
        (HocuspocusMessageKind.Document, AddressState.Open) => FrameAnswer.HandIn,
        (HocuspocusMessageKind.Document, AddressState.Unknown or AddressState.Left) => FrameAnswer.OpenOrAsk,
        (HocuspocusMessageKind.Document, AddressState.Asked) => FrameAnswer.Keep,

        (HocuspocusMessageKind.Token, AddressState.Open) => FrameAnswer.Renew,
        (HocuspocusMessageKind.Token, _) => FrameAnswer.Check,

        (HocuspocusMessageKind.Close, AddressState.Open) => FrameAnswer.Leave,
        (HocuspocusMessageKind.Close, _) => FrameAnswer.Forget,

        // The presence of a client that leaves: providers of version 2 send it after their CLOSE.
        (HocuspocusMessageKind.Goodbye, AddressState.Open) => FrameAnswer.HandIn,
        (HocuspocusMessageKind.Goodbye, AddressState.Asked) => FrameAnswer.Keep,
        (HocuspocusMessageKind.Goodbye, _) => FrameAnswer.Ignore,

        (HocuspocusMessageKind.DroppedStateless, _) => FrameAnswer.DropStateless,
        (HocuspocusMessageKind.Unknown, _) => FrameAnswer.Ignore,

        // What breaks a rule closes the document, also one that is not open. What was refused before is refused for
        // that reason.
        (_, AddressState.Denied or AddressState.Closed) => FrameAnswer.RefuseAgain,
        (HocuspocusMessageKind.Unreadable, _) => FrameAnswer.CloseUnreadable,
        (HocuspocusMessageKind.Forbidden, _) => FrameAnswer.CloseForbidden,
        (HocuspocusMessageKind.TooLarge, _) => FrameAnswer.CloseTooLarge,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };
}
