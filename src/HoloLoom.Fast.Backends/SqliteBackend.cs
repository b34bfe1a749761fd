using System.Data;
using HoloLoom.Fast.Execution;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace HoloLoom.Fast.Backends;

/// <summary>Full text search in SQLite by its FTS5 module (https://sqlite.org/fts5.html): a file, or memory; nothing to install or start.</summary>
/// <remarks>
/// <para>
/// The query's words are searched for, any of them; nothing in a query is taken for FTS5's own syntax. Marks on Latin letters make no difference,
/// however they are encoded; in other scripts a query is to be encoded as the documents are, in Unicode's form C for example.
/// </para>
/// <para>
/// SQLite works on a thread of the pool, and is interrupted when the call is cancelled. In a file, searches go on while documents are added; in
/// memory there is one turn for both: a search waits for others and for additions, without a thread, until it has its turn or is cancelled.
/// </para>
/// </remarks>
public sealed class SqliteBackend : IBackend, IDisposable
{
    private readonly string _connectionString;
    private readonly SqliteConnection _anchor;
    private readonly string _table;

    // Full text tables have no index but that of words: a table beside tells in which row a document is.
    private readonly string _rows;
    private readonly double _halfScore;

    // In memory connections share a cache, which lets in one at a time: who is not heeds no cancellation there, and retries for half a minute
    // on a thread. So they take turns before. A temporary file with a write-ahead log would let searches go on, but would put on disk what was
    // to be in memory, need a directory that can be written, and be left behind by a crash. Null for a file.
    private readonly SemaphoreSlim? _turn;

    /// <summary>Opens the database and creates the table if it is missing.</summary>
    /// <param name="name">The name of one of the router's backends.</param>
    /// <param name="path">The file, created if missing; null, empty or <c>:memory:</c>: in memory, of this object alone and gone with it.</param>
    /// <param name="table">The FTS5 table, with the columns <c>id</c> (unindexed) and <c>text</c>.</param>
    /// <param name="halfScore">The BM25 rank that becomes a score of 1/2; above 0.</param>
    /// <exception cref="SqliteException">The file cannot be opened or is not a database, or the table is of another kind.</exception>
    public SqliteBackend(string name, string? path = null, string table = "documents", double halfScore = 2)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentException.ThrowIfNullOrEmpty(table);
        Name = name;
        _halfScore = Scores.CheckedHalf(halfScore, nameof(halfScore));
        _table = Quoted(table);
        _rows = Quoted(table + "_rows");

        // SQLite's own names for memory mean another one for each connection.
        bool inMemory = path is null or "" or ":memory:";
        _turn = inMemory ? new SemaphoreSlim(1, 1) : null;
        _connectionString = new SqliteConnectionStringBuilder
        {
            // Several connections to one memory need a name and a shared cache; the anchor keeps it alive.
            DataSource = inMemory ? $"hololoom-{Guid.NewGuid():N}" : path,
            Mode = inMemory ? SqliteOpenMode.Memory : SqliteOpenMode.ReadWriteCreate,
            Cache = inMemory ? SqliteCacheMode.Shared : SqliteCacheMode.Default,
        }.ToString();
        _anchor = new SqliteConnection(_connectionString);
        try
        {
            _anchor.Open();
            if (!inMemory)
            {
                // Readers go on while one writes.
                Execute("PRAGMA journal_mode = WAL;");
            }

            Execute(
                $"""
                BEGIN IMMEDIATE;
                CREATE VIRTUAL TABLE IF NOT EXISTS {_table} USING fts5(id UNINDEXED, text, tokenize = 'unicode61 remove_diacritics 2');
                CREATE TABLE IF NOT EXISTS {_rows} (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
                INSERT OR IGNORE INTO {_rows} SELECT rowid, id FROM {_table} WHERE NOT EXISTS (SELECT 1 FROM {_rows});
                COMMIT;
                """);
        }
        catch
        {
            _anchor.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <summary>Adds documents, or replaces those with the same ids: all of them or, if one fails, none.</summary>
    /// <param name="documents">The documents.</param>
    /// <exception cref="SqliteException">The database is full, locked by another process, or damaged.</exception>
    public void Add(IEnumerable<Document> documents)
    {
        ArgumentNullException.ThrowIfNull(documents);
        if (_turn is null)
        {
            Insert(documents);
            return;
        }

        // Drawn before: a slow source does not keep searches waiting, and one that searches here does not wait for itself.
        Document[] all = [.. documents];
        _turn.Wait();
        try
        {
            Insert(all);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(BackendQuery query, CancellationToken cancellationToken)
    {
        string match = string.Join(" OR ", Words.Of(query.Text).Distinct().Select(static word => $"\"{word}\""));
        if (match.Length == 0)
        {
            return [];
        }

        await (_turn?.WaitAsync(cancellationToken) ?? Task.CompletedTask).ConfigureAwait(false);
        try
        {
            return await Task.Run(() => Search(match, query.Limit, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _turn?.Release();
        }
    }

    /// <summary>Closes the database.</summary>
    public void Dispose()
    {
        SqliteConnection.ClearPool(_anchor);
        _anchor.Dispose();
    }

    private void Insert(IEnumerable<Document> documents)
    {
        using SqliteConnection connection = Open();
        using SqliteTransaction transaction = connection.BeginTransaction();
        using SqliteCommand number = connection.CreateCommand();
        number.CommandText = $"INSERT INTO {_rows} (id) VALUES ($id) ON CONFLICT (id) DO UPDATE SET id = id RETURNING number";
        using SqliteCommand delete = connection.CreateCommand();
        delete.CommandText = $"DELETE FROM {_table} WHERE rowid = $row";
        using SqliteCommand insert = connection.CreateCommand();
        insert.CommandText = $"INSERT INTO {_table} (rowid, id, text) VALUES ($row, $id, $text)";
        SqliteParameter numberedId = number.Parameters.Add("$id", SqliteType.Text);
        SqliteParameter deletedRow = delete.Parameters.Add("$row", SqliteType.Integer);
        SqliteParameter row = insert.Parameters.Add("$row", SqliteType.Integer);
        SqliteParameter id = insert.Parameters.Add("$id", SqliteType.Text);
        SqliteParameter text = insert.Parameters.Add("$text", SqliteType.Text);
        foreach (Document document in documents)
        {
            ArgumentNullException.ThrowIfNull(document, nameof(documents));
            (numberedId.Value, id.Value, text.Value) = (document.Id, document.Id, document.Text);
            deletedRow.Value = row.Value = number.ExecuteScalar();
            delete.ExecuteNonQuery();
            insert.ExecuteNonQuery();
        }

        transaction.Commit();
    }

    private List<SearchResult> Search(string match, int limit, CancellationToken cancellationToken)
    {
        using SqliteConnection connection = Open();
        using CancellationTokenRegistration interruption = cancellationToken.UnsafeRegister(
            static connection => raw.sqlite3_interrupt(((SqliteConnection)connection!).Handle), connection);
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT id, text, bm25({_table}) FROM {_table} WHERE {_table} MATCH $match ORDER BY bm25({_table}), rowid LIMIT $limit";
        command.Parameters.AddWithValue("$match", match);
        command.Parameters.AddWithValue("$limit", limit);
        var results = new List<SearchResult>();
        try
        {
            // An interrupt only reaches a statement that runs: what came before or between is looked for.
            cancellationToken.ThrowIfCancellationRequested();
            using SqliteDataReader reader = command.ExecuteReader();
            while (reader.Read())
            {
                cancellationToken.ThrowIfCancellationRequested();

                // BM25 as FTS5 gives it is negative, the better the smaller.
                results.Add(new SearchResult(reader.GetString(0), Scores.Saturated(-reader.GetDouble(2), _halfScore), reader.GetString(1)));
            }
        }
        catch (SqliteException problem) when (problem.SqliteErrorCode == raw.SQLITE_INTERRUPT && cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("SQLite was interrupted.", problem, cancellationToken);
        }

        return results;
    }

    private SqliteConnection Open()
    {
        ObjectDisposedException.ThrowIf(_anchor.State == ConnectionState.Closed, this);
        var connection = new SqliteConnection(_connectionString);
        try
        {
            connection.Open();
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    private void Execute(string sql)
    {
        using SqliteCommand command = _anchor.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static string Quoted(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
