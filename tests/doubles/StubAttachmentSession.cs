using Relay.Sessions;

namespace Relay.Doubles;

/// <summary>A session that connections are attached to in tests of one part: it hears of no calls.</summary>
internal sealed class StubAttachmentSession : IAttachmentSession
{
    public Mailbox Mailbox => throw new NotSupportedException();

    public void Attach(Attachment attachment) => throw new NotSupportedException();

    public void Detach(Attachment attachment, bool clean) => throw new NotSupportedException();

    public void ChangeAccess(Attachment attachment, AccessLevel level) => throw new NotSupportedException();

    public void Receive(Attachment attachment, IReadOnlyList<DocumentMessage> messages) =>
        throw new NotSupportedException();

    public bool IsReceiveLong(Attachment attachment, IReadOnlyList<DocumentMessage> messages) =>
        throw new NotSupportedException();

    public void OnSent(Attachment attachment) => throw new NotSupportedException();

    public bool IsOnSentLong(Attachment attachment) => throw new NotSupportedException();
}
