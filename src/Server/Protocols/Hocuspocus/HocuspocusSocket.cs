using Relay.Connections;
using Relay.Sockets.WebSockets;

namespace Relay.Protocols.Hocuspocus;

/// <summary>
/// One socket of a Hocuspocus provider, with any number of documents on it. What goes wrong with one of them closes
/// that one and no other; only what cannot be read at all, and what makes providers come back, closes the socket. Its
/// parts: <see cref="FrameIntake"/> is the way in, <see cref="DocumentOpening"/> checks tokens,
/// <see cref="SocketDocuments"/> has the open documents, <see cref="AbsentDocuments"/> and <see cref="AbsentAnswers"/>
/// are about the others, <see cref="SocketTurns"/> is the way out.
/// </summary>
internal sealed class HocuspocusSocket : IOpenConnection
{
    private readonly ClientSocket socket;
    private readonly SocketTurns turns;
    private readonly AbsentDocuments absent;
    private readonly AbsentAnswers answers;
    private readonly SocketDocuments documents;
    private readonly FrameIntake intake;

    /// <param name="socket">The connection.</param>
    /// <param name="services">What all sockets share.</param>
    /// <param name="tryAdmit">
    /// Asked when the first document is about to open: whether the node has a place for the socket.
    /// </param>
    public HocuspocusSocket(ClientSocket socket, HocuspocusServices services, Func<bool> tryAdmit)
    {
        this.socket = socket;
        var admission = new SocketAdmission(socket, services.Limits, services.Unadmitted, tryAdmit);
        turns = new SocketTurns(socket, admission, services.Unadmitted);
        absent = new AbsentDocuments(services.Limits.MaxDocuments, services.Unadmitted, services.Time, OnAbsentDue);
        documents = new SocketDocuments(services, socket, turns, absent, admission.Credit);
        answers = new AbsentAnswers(documents, absent, services.Logger);
        var opening = new DocumentOpening(services, documents, admission, absent, answers);
        intake = new FrameIntake(services, documents, admission, absent, answers, opening);
    }

    /// <summary>Serves the client until it is gone.</summary>
    public async Task RunAsync()
    {
        try
        {
            await socket.RunAsync(intake.HandleAsync, intake.SkipTooLarge);
        }
        finally
        {
            documents.End(socket.EndedCleanly, socket.ClosedFor);
            absent.Dispose();
            turns.Dispose();
            documents.Credit.End();
            await documents.DisposeAsync();
        }
    }

    /// <summary>Closes the socket, and with it all documents on it.</summary>
    public void Close(CloseReason reason) => documents.Close(reason);

    /// <summary>
    /// Those who are to come back, and only they, lose the socket, because a provider does not open a closed document
    /// again by itself.
    /// </summary>
    public int Kick(KickOrder order) => documents.Kick(order);

    private void OnAbsentDue(string address, AbsentStep step) => answers.OnDue(address, step);
}
